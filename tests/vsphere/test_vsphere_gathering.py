import itertools

import pytest

from provisioner.vsphere.gathering import Gathering, Window

WINDOW = Window(shortest=0.1, longest=1.0, burst=3)


def sent_at(arrivals: list[float]) -> list[float]:
    """When batches go out, each asked for at one of the times or when the last one is out."""
    gathering, sent, now = Gathering(WINDOW), [], 0.0
    for arrival in arrivals:
        now = max(now, arrival)
        now += gathering.delay(now)
        sent.append(now)
    return sent


def test_single_one_waits_for_the_shortest_time_only():
    assert sent_at([0, 10, 20]) == pytest.approx([0.1, 10.1, 20.1])


def test_stream_is_spaced_out_after_the_burst():
    sent = sent_at([0.0] * 10)

    gaps = [later - earlier for earlier, later in itertools.pairwise(sent)]
    assert gaps[:2] == pytest.approx([0.1, 0.1])
    assert gaps[-5:] == pytest.approx([1.0] * 5)


def test_silence_gives_the_burst_back():
    sent = sent_at([0.0] * 6 + [100.0] * 3)

    assert sent[-3:] == pytest.approx([100.1, 100.2, 100.3])


def test_stream_costs_one_batch_per_longest_time():
    sent = sent_at([tick / 20 for tick in range(20 * 60)])

    assert len([one for one in sent if one < 60]) <= 60 + WINDOW.burst


def test_much_that_waits_brings_batches_closer_but_never_for_few():
    gathering = Gathering(Window(shortest=0.1, longest=1.0, burst=1, share=0.25))
    sent, now = 0, 0.0
    for tick in range(200):
        gathering.earn()
        if tick / 20 >= now:
            now = tick / 20 + gathering.delay(tick / 20)
            sent += 1
    assert 10 < sent <= 200 * 0.25 + 10 + 1

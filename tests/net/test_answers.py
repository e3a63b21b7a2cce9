"""What is made of a client's tries."""

from tests.net.answers import Try, answering, outage, read


def tries(*seen: str) -> list[Try]:
    return read(f"{at} {who}\n" for at, who in enumerate(seen))


def test_an_outage_lasts_from_the_last_answer_to_the_next() -> None:
    assert outage(tries("a", "a", "-", "-", "b", "b")) == 3
    assert outage(tries("a", "-", "b", "-", "-", "b")) == 3


def test_no_failure_no_outage() -> None:
    assert outage(tries("a", "b", "b")) == 0
    assert outage([]) == 0


def test_an_outage_without_end_is_told() -> None:
    assert outage(tries("a", "-", "-")) == float("inf")


def test_an_unfinished_line_is_none() -> None:
    assert read(["1.0 a\n", "1.1 "]) == [Try(1.0, "a")]


def test_who_answered_in_turns() -> None:
    assert answering(tries("a", "a", "-", "a", "b", "a")) == ["a", "b", "a"]

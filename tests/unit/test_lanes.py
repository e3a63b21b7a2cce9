"""Which test files run beside each other."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from tests.lanes import AT_ONCE, Lanes

MACHINES = [f"tests/machines/test_{name}.py" for name in "abcd"]
NETWORKS = [f"tests/net/test_{name}.py" for name in "abc"]
STACKS = [f"tests/e2e/test_{name}.py" for name in "abc"]
OTHERS = [f"tests/unit/test_{name}.py" for name in "abcdefgh"]
# A process is given its next file while it is at the last two tests of one.
TESTS_PER_FILE = 4


class Process:
    """As xdist's controller of one. It holds its last test back until it knows what follows."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.waiting: list[int] = []
        self.shutting_down = False

    @property
    def can_go_on(self) -> bool:
        return len(self.waiting) > (0 if self.shutting_down else 1)

    def send_runtest_some(self, tests: list[int]) -> None:
        self.waiting.extend(tests)

    def shutdown(self) -> None:
        self.shutting_down = True


class Run:
    def __init__(self, processes: int, files: list[str]) -> None:
        arguments = ["-p", "no:cacheprovider", "--no-loadscope-reorder"]
        config = pytest.Config.fromdictargs({}, arguments)
        config.option.tx = processes * ["popen"]
        self.tests = [f"{file}::test_{n}" for file in files for n in range(TESTS_PER_FILE)]
        self.lanes = Lanes(config)
        self.processes = [Process(f"gw{n}") for n in range(processes)]
        for process in self.processes:
            self.lanes.add_node(process)
            self.lanes.add_node_collection(process, self.tests)
        self.lanes.schedule()

    def end(self) -> None:
        """As xdist does once nobody has more than a last test."""
        for process in self.processes:
            process.shutdown()

    def file(self, process: Process) -> str | None:
        """Where it is."""
        return self.tests[process.waiting[0]].partition("::")[0] if process.waiting else None

    def ends_a_test(self, process: Process) -> str:
        done = process.waiting.pop(0)
        self.lanes.mark_test_complete(process, done)
        return self.tests[done]

    def to_the_end(self, look: Callable[[], None]) -> list[str]:
        """All tests in the order in which they ended."""
        ended = []
        while busy := [process for process in self.processes if process.can_go_on]:
            for process in busy:
                look()
                ended.append(self.ends_a_test(process))
            if self.lanes.tests_finished:
                self.end()
        return ended


def at_work(run: Run, folder: str) -> int:
    files = map(run.file, run.processes)
    return sum(file is not None and file.startswith(folder) for file in files)


@pytest.mark.parametrize("processes", [1, 2, 3, 4, 6, 9])
def test_every_test_runs_once(processes: int) -> None:
    run = Run(processes, [*OTHERS, *STACKS, *MACHINES, *NETWORKS])
    assert sorted(run.to_the_end(lambda: None)) == sorted(run.tests)
    assert all(process.shutting_down for process in run.processes)


@pytest.mark.parametrize("files", [[*MACHINES, *NETWORKS, *STACKS, *OTHERS], MACHINES, NETWORKS])
def test_only_so_many_are_at_files_of_a_kind(files: list[str]) -> None:
    run = Run(9, files)

    def look() -> None:
        assert at_work(run, "tests/machines/") <= AT_ONCE["machine"]
        assert at_work(run, "tests/net/") <= AT_ONCE["network"]
        assert at_work(run, "tests/e2e/") <= AT_ONCE["stack"]

    assert len(run.to_the_end(look)) == len(run.tests)


def test_what_waits_most_begins_first_and_the_rest_goes_on_beside_it() -> None:
    run = Run(5, [*OTHERS, *MACHINES, *NETWORKS])
    assert (at_work(run, "tests/machines/"), at_work(run, "tests/net/")) == (2, 1)
    assert at_work(run, "tests/unit/") == 2


def test_a_process_for_which_nothing_is_left_ends() -> None:
    run = Run(4, [*OTHERS[:2], *MACHINES])
    others = [one for one in run.processes if run.file(one) in OTHERS]
    for process in others:
        while process.can_go_on:
            run.ends_a_test(process)
    assert [process.shutting_down for process in others] == [True, True]
    assert at_work(run, "tests/machines/") == 2


@pytest.mark.parametrize("tests", range(1, 4 * TESTS_PER_FILE))
def test_others_do_what_a_process_that_died_had_left(tests: int) -> None:
    run = Run(2, [*OTHERS, *MACHINES])
    died = run.processes[0]
    ended = [run.ends_a_test(died) for _ in range(tests)]
    run.processes.remove(died)
    assert run.lanes.remove_node(died) == run.tests[died.waiting[0]]
    assert sorted(ended + run.to_the_end(lambda: None)) == sorted(run.tests)
    assert all(process.shutting_down for process in run.processes)

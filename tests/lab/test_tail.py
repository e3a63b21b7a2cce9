from pathlib import Path

from lab.stack.tail import Tail


def test_whole_lines_are_passed_on_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    said: list[str] = []
    tail = Tail(log, said.append)
    log.write_text("one\ntw")
    tail.forward()
    assert said == ["one"]
    log.write_text("one\ntwo\n")
    tail.forward()
    tail.forward()
    assert said == ["one", "two"]

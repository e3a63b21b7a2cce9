import pytest

from lab import progress
from lab.progress import step
from lab.waiting import wait_until


def test_a_step_is_said_once_with_its_duration() -> None:
    said: list[str] = []
    with step(said.append, "database is ready"):
        pass
    assert said == ["database is ready: 0.0 s"]


def test_a_long_step_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.01)
    said: list[str] = []
    with step(said.append, "vCenter is built"):
        assert wait_until(lambda: said == ["vCenter is built ..."], 5)


def test_a_failing_step_claims_nothing() -> None:
    said: list[str] = []
    with pytest.raises(ValueError, match="no"), step(said.append, "API is up"):
        raise ValueError("no")
    assert said == []

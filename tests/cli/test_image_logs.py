"""A log that is followed over what breaks off in between."""

from tests.cli.conftest import Pkectl
from tests.cli.scripted import HANG_UP, Events, Script, problem

ID = "11111111-1111-4111-8111-111111111111"
LOG = f"GET /images/builds/{ID}/log"
END = 'event: end\ndata: {"state": "succeeded"}\n\n'


def line(number: int, text: str) -> str:
    said = f'{{"at": "2026-03-01T10:00:00Z", "text": "{text}"}}'
    return f"data: {said}\nid: {number}\n\n"


def test_followed_on_behind_the_last_line(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /images/i1", (200, {"id": ID}))
    first = Events([": ping\n\n", line(1, "one"), line(2, "two")])
    script.on(LOG, (200, first), HANG_UP, (200, Events([line(3, "three"), END])))
    ran = pkectl("image", "logs", "i1", "--follow")
    assert ran.code == 0, ran.err
    assert [one.split()[-1] for one in ran.out.splitlines()] == ["one", "two", "three"]
    asked = [one.headers["Last-Event-ID"] for one in script.asked if one.path.endswith("/log")]
    assert asked == ["0", "2", "2"]
    assert "trying again" in ran.err
    assert "succeeded" in ran.err


def test_one_that_is_gone_is_said_to_be(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /images/i1", (200, {"id": ID}))
    script.on(LOG, problem(404, "there is no image 'i1'"))
    assert pkectl("image", "logs", "i1").code == 4

"""Builds that are interrupted: nothing of them stays, and everybody can read what happened."""

from lab.waiting import wait_until
from tests.images.world import SECONDS, Images

KILLED, ORPHANED = "killed", "orphaned"
# From then on there is a machine that runs.
CONNECTED = "Connected to SSH"


def test_packer_is_killed(images: Images) -> None:
    operation = images.begin(KILLED, force=True)
    assert images.has_said(KILLED, CONNECTED)
    images.kill_packer()
    ended = images.outcome(operation)
    assert ended["state"] == "failed"
    assert "Packer was killed" in ended["reason"]
    assert "Packer was killed" in images.log(KILLED)
    assert images.machines(KILLED) == {}


def test_the_worker_is_killed_and_the_build_then_cancelled(images: Images) -> None:
    images.begin(ORPHANED, force=True)
    assert images.has_said(ORPHANED, CONNECTED)
    [first] = images.machines(ORPHANED).values()
    images.kill_worker()
    assert wait_until(lambda: images.packer() is None, SECONDS), "its leash is gone"
    images.start_worker()

    def is_built_anew() -> bool:
        return first not in (found := images.machines(ORPHANED).values()) and len(found) == 1

    assert wait_until(is_built_anew, SECONDS)
    cancelled = images.service.ask("POST", f"/images/builds/{ORPHANED}/cancel")
    assert images.outcome(cancelled)["state"] == "succeeded"
    assert images.packer() is None
    assert not images.has_a_folder(ORPHANED)
    build = images.build(cancelled["cluster"]["id"])
    assert build["state"] == "cancelled"
    assert "cancelled" in images.log(build["id"])

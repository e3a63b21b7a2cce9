import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "debian.sh"
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_says_nothing_when_all_is_there():
    assert run(SCRIPT, "dpkg", "bash") == (0, "", "")


def test_tells_who_is_not_root_what_to_install():
    script = SCRIPT.read_text()  # nobody may not look into every checkout
    status, _, said = run(*NOBODY, "bash", "-c", script, "debian.sh", "no-such-package")
    assert (status, "apt-get install no-such-package" in said) == (1, True)

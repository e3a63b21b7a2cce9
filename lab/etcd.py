"""Real etcd members as processes of this machine, each at a loopback address of its own."""

from pathlib import Path

from lab.go_module import ensure_built
from lab.kubernetes.programs import modules
from lab.kubernetes.versions import DEFAULT_MINOR, RELEASES
from lab.processes import Command, Process, start
from lab.progress import Say, say_nothing


def program(say: Say = say_nothing) -> Path:
    """The etcd that the lab's clusters run; built when it is not there yet, in half a minute."""
    found = next(one for one in modules(RELEASES[DEFAULT_MINOR]) if one.name.startswith("etcd-"))
    return ensure_built(found, say) / "etcd"


def start_member(root: Path, config: str, say: Say = say_nothing) -> Process:
    """`config`: path of its environment file below `root`, as are the paths that it names."""
    env = dict(line.split("=", 1) for line in (root / config.lstrip("/")).read_text().splitlines())
    for name, value in env.items():
        if value.startswith("/"):
            env[name] = f"{root}{value}"
    # As the unit's StateDirectory does it.
    Path(env["ETCD_DATA_DIR"]).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return start(Command("etcd", (str(program(say)),), env=env), root)

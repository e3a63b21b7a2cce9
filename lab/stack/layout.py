"""Where a stack keeps what: everything below one folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    folder: Path

    @property
    def facts(self) -> Path:
        return self.folder / "stack.json"

    @property
    def running(self) -> Path:
        return self.folder / "processes.json"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def supervisor_log(self) -> Path:
        return self.folder / "supervisor.log"

    @property
    def real_guests(self) -> Path:
        return self.folder / "real-guests.json"

    @property
    def disks(self) -> Path:
        return self.data / "guests"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.data / 'pke-provisioner.db'}"

    @property
    def secret_id(self) -> Path:
        return self.data / "vault-secret-id"

    def make(self) -> None:
        """An empty place to start in: what an earlier stack left here is removed."""
        self.forget()
        for left in (self.data, self.logs):
            shutil.rmtree(left, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        self.logs.mkdir()

    def forget(self) -> None:
        """No stack is running here any more. Its data and logs stay, to be looked at."""
        self.facts.unlink(missing_ok=True)
        self.running.unlink(missing_ok=True)

    def collect(self, log: Path) -> None:
        """Makes a log that lies elsewhere be found among the others."""
        if log.parent != self.logs:
            (self.logs / log.name).symlink_to(log)

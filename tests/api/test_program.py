"""`pke-provisioner`: what operators type."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from provisioner.settings import Settings
from provisioner.store import tokens
from provisioner.store.database import Database
from provisioner.store.migrate import migrate

PROGRAM = (sys.executable, "-c", "from api.main import main; main()")
CREATE_TOKEN = ("create-token", "--organisation=o")
REPOSITORY = Path(__file__).parents[2]


def run(database: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {"PATH": os.environ["PATH"], "PKE_DATABASE_URL": f"sqlite:///{database}"}
    return subprocess.run(
        (*PROGRAM, *arguments),
        cwd=REPOSITORY,
        env=known | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pke.db"


def test_outdated_schema(path: Path) -> None:
    for arguments in (["api"], [*CREATE_TOKEN, "--role=admin", "--name=n"]):
        done = run(path, *arguments)
        assert done.returncode == 1
        assert "run `pke-provisioner migrate`" in done.stderr
        assert "Traceback" not in done.stderr


def test_migrate_and_create_token(path: Path) -> None:
    assert run(path, "migrate").returncode == 0
    made = [
        json.loads(
            run(path, "create-token", "--organisation=o", f"--role={role}", "--name=n").stdout
        )
        for role in ("admin", "viewer")
    ]
    assert made[0]["orgId"] == made[1]["orgId"]
    with closing(Database(f"sqlite:///{path}")) as database, database.read() as session:
        callers = [tokens.authenticate(session, one["token"]) for one in made]
    assert [caller.role for caller in callers if caller] == ["admin", "viewer"]
    assert made[0]["token"].encode() not in path.read_bytes()


def test_revoked_tokens(path: Path) -> None:
    assert run(path, "migrate").returncode == 0
    value = json.loads(run(path, *CREATE_TOKEN, "--role=admin", "--name=n").stdout)["token"]
    run(path, *CREATE_TOKEN, "--role=viewer", "--name=m")
    first, second = map(json.loads, run(path, "list-tokens").stdout.splitlines())
    assert (first["organisation"], first["role"], first["name"]) == ("o", "admin", "n")
    assert run(path, "revoke-token", first["id"]).returncode == 0
    assert [json.loads(run(path, "list-tokens").stdout)] == [second]
    again = run(path, "revoke-token", first["id"])
    assert (again.returncode, "Traceback" in again.stderr) == (1, False)
    assert "list-tokens" in again.stderr
    with closing(Database(f"sqlite:///{path}")) as database, database.read() as session:
        assert tokens.authenticate(session, value) is None


def test_odd_tokens(path: Path) -> None:
    for wrong in (["--role=boss", "--name=n"], ["--role=admin", "--name=" + "n" * 64]):
        done = run(path, *CREATE_TOKEN, *wrong)
        assert done.returncode == 2
        assert done.stdout == ""


def test_settings_are_all_explained(path: Path) -> None:
    done = run(path, "settings", PKE_VAULT_ROLE_ID="my-role")
    assert done.returncode == 0
    for name, field in Settings.model_fields.items():
        assert f"PKE_{name.upper()}" in done.stdout
        assert field.description
    assert "my-role" not in done.stdout


def test_a_wrong_setting_is_named(path: Path) -> None:
    done = run(path, "api", PKE_DRAIN_SECONDS="soon")
    assert done.returncode == 2
    assert "PKE_DRAIN_SECONDS" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "PKE_VAULT_ROLE_ID"),
        ({"PKE_VAULT_ROLE_ID": "r", "PKE_VAULT_SECRET_ID_FILE": "/nowhere/secret"}, "/nowhere"),
        ({"PKE_API_LISTEN": "8080"}, "PKE_API_LISTEN"),
    ],
)
def test_what_is_missing_is_named(path: Path, environment: dict[str, str], named: str) -> None:
    with closing(Database(f"sqlite:///{path}")) as database:
        migrate(database)
    done = run(path, "api", **environment)
    assert done.returncode == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr

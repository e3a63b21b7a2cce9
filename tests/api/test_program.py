"""`pke-provisioner`: what operators type."""

import json
import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from provisioner.configured_files import check_node_access
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


@pytest.fixture
def migrated(path: Path) -> Path:
    with closing(Database(f"sqlite:///{path}")) as database:
        migrate(database)
    return path


def refusal(database: Path, *arguments: str, **environment: str) -> str:
    """The one line in which the program says why it does not start."""
    done = run(database, *arguments, **environment)
    assert done.returncode in (1, 2), done
    line = done.stderr.strip()
    assert line.startswith("pke-provisioner: ")
    assert "\n" not in line
    return line


def test_outdated_schema(path: Path) -> None:
    path.touch()
    for arguments in (["api"], [*CREATE_TOKEN, "--role=admin", "--name=n"]):
        assert "run `pke-provisioner migrate`" in refusal(path, *arguments)


def test_a_missing_database_is_not_made_in_passing(path: Path) -> None:
    for arguments in (["api"], ["worker"], ["list-tokens"], ["revoke-token", "1"]):
        assert f"{path} does not exist" in refusal(path, *arguments)
    assert not path.exists()


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("sqlite:////nowhere/pke.db", "the folder /nowhere does not exist"),
        ("/var/lib/pke.db", "must be sqlite:///FILE"),
        ("oracle://u:hidden@h/d", "PKE_DATABASE_URL"),
        ("sqlite:////proc/pke.db", "unable to open database file"),
    ],
)
def test_what_cannot_be_migrated(path: Path, url: str, named: str) -> None:
    said = refusal(path, "migrate", PKE_DATABASE_URL=url)
    assert named in said
    assert "hidden" not in said


def test_migrate_says_what_came_to_which_schema(path: Path) -> None:
    first, again = run(path, "migrate"), run(path, "migrate")
    assert first.stdout.startswith(f"{path} is at schema 0")
    assert again.stdout == first.stdout


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
    assert "PKE_DRAIN_SECONDS" in refusal(path, "api", PKE_DRAIN_SECONDS="soon")
    said = refusal(path, "api", PKE_API_URL="nodes' way in")
    assert said == "pke-provisioner: PKE_API_URL: must be http(s)://host[:port][/path]"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"PKE_VAULT_ROLE_ID": ""}, "PKE_VAULT_ROLE_ID"),
        ({"PKE_VAULT_SECRET_ID_FILE": "/nowhere/secret"}, "/nowhere"),
        ({"PKE_VAULT_SECRET_ID_FILE": "/dev/null"}, "PKE_VAULT_SECRET_ID_FILE: /dev/null is empty"),
        ({"PKE_VAULT_CA_FILE": "/nowhere/ca"}, "PKE_VAULT_CA_FILE: /nowhere/ca"),
        ({"PKE_API_CA_FILE": __file__}, f"PKE_API_CA_FILE: {__file__} holds no certificates"),
        ({"PKE_API_LISTEN": "8080"}, "PKE_API_LISTEN"),
        ({"PKE_API_TLS_KEY": __file__}, "both PKE_API_TLS_CERTIFICATE and PKE_API_TLS_KEY"),
        (
            {"PKE_API_TLS_CERTIFICATE": __file__, "PKE_API_TLS_KEY": "/nowhere/key"},
            "PKE_API_TLS_KEY: /nowhere/key",
        ),
        ({"PKE_API_TLS_CERTIFICATE": __file__, "PKE_API_TLS_KEY": __file__}, __file__),
    ],
)
def test_what_is_missing_is_named(migrated: Path, environment: dict[str, str], named: str) -> None:
    usual = {"PKE_VAULT_ROLE_ID": "r", "PKE_VAULT_SECRET_ID_FILE": __file__}
    assert named in refusal(migrated, "api", **(usual | environment))


@pytest.mark.parametrize(
    ("url", "plaintext"),
    [
        ("http://127.0.0.1:8080", ""),
        ("http://[::1]:8080", ""),
        ("http://localhost/pke", ""),
        ("https://pke.example.org", ""),
        ("http://pke.example.org:8080", "pke.example.org"),
    ],
)
def test_nodes_may_fetch_keys_where_nobody_reads_along(url: str, plaintext: str) -> None:
    check_node_access(Settings(api_url=url, api_plaintext_host=plaintext))


@pytest.mark.parametrize("plaintext", ["", "example.org"])
def test_keys_do_not_travel_readable_by_accident(migrated: Path, plaintext: str) -> None:
    said = refusal(
        migrated,
        "api",
        PKE_VAULT_ROLE_ID="r",
        PKE_VAULT_SECRET_ID_FILE=__file__,
        PKE_API_URL="http://pke.example.org:8080",
        PKE_API_PLAINTEXT_HOST=plaintext,
    )
    assert "PKE_API_URL: http://pke.example.org:8080 is not encrypted" in said
    assert "PKE_API_PLAINTEXT_HOST=pke.example.org" in said


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("PKE_API_URL", "pke.example.org:8443", "http(s)://host[:port][/path]"),
        ("PKE_API_URL", "https://pke.example.org:8443   # as the nodes reach it", "http(s)://"),
        ("PKE_API_URL", "https://pke.example.org:port", "http(s)://"),
        ("PKE_VAULT_URL", "vault", "http(s)://"),
        ("PKE_TEMPORAL_ADDRESS", "http://temporal:7233", "host:port"),
        ("PKE_TEMPORAL_ADDRESS", "temporal", "host:port"),
        ("PKE_WORKER_METRICS_LISTEN", "9000", "host:port"),
    ],
)
def test_odd_addresses(name: str, value: str, right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=re.escape(right)) as refused:
        Settings()
    assert refused.value.errors()[0]["loc"] == (name.removeprefix("PKE_").lower(),)

import json
from pathlib import Path

import pytest

from lab.stack.facts import StackFacts, VaultFacts, VCenterFacts


@pytest.fixture
def facts() -> StackFacts:
    return StackFacts(
        api="http://127.0.0.1:20001",
        token="api-secret",
        org_id=1,
        vcenter=VCenterFacts(
            name="lab",
            host="127.0.0.1",
            port=20002,
            username="administrator@vsphere.local",
            password="vcenter-secret",
            thumbprint="AA:BB",
            faults="http://127.0.0.1:20003",
        ),
        temporal="127.0.0.1:20004",
        vault=VaultFacts(url="http://127.0.0.1:20005", token="vault-secret"),
        database="sqlite:////tmp/x.db",
        logs="/tmp/logs",
    )


def test_the_file_has_the_documented_keys(facts: StackFacts, tmp_path: Path) -> None:
    facts.write(tmp_path / "stack.json")
    written = json.loads((tmp_path / "stack.json").read_text())
    assert set(written) == {
        *("api", "token", "orgId", "vcenter", "temporal", "vault", "database", "logs"),
        *("caFile", "guests"),
    }
    assert set(written["vcenter"]) == {
        *("name", "host", "port", "username", "password", "thumbprint", "faults")
    }
    assert set(written["vault"]) == {"url", "token"}


def test_the_file_is_its_owners_only_and_reads_back(facts: StackFacts, tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    facts.write(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert StackFacts.read(file) == facts


def test_secrets_stay_out_of_the_repr(facts: StackFacts) -> None:
    assert "secret" not in repr(facts)

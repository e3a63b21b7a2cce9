import hvac
import pytest
from pydantic import SecretStr

from provisioner.vault import layout
from provisioner.vault.errors import SecretNotFound


@pytest.fixture
def path(resource_id) -> str:
    return f"vcenters/{resource_id}"


def test_what_was_written_is_read(vault, path):
    values = {"username": SecretStr("svc"), "password": SecretStr("s3cret")}
    vault.write_secret(path, values)
    assert vault.read_secret(path) == values


def test_writing_replaces_and_keeps_no_history(vault, root: hvac.Client, path):
    vault.write_secret(path, {"password": SecretStr("old")})
    vault.write_secret(path, {"password": SecretStr("new")})
    metadata = root.secrets.kv.v2.read_secret_metadata(path, mount_point=layout.KV_MOUNT)
    assert vault.read_secret(path) == {"password": SecretStr("new")}
    assert len(metadata["data"]["versions"]) == 1


def test_deleting_leaves_nothing_and_may_be_repeated(vault, root: hvac.Client, path):
    vault.write_secret(path, {"password": SecretStr("old")})
    vault.delete_secret(path)
    vault.delete_secret(path)
    with pytest.raises(SecretNotFound, match=path):
        vault.read_secret(path)
    with pytest.raises(hvac.exceptions.InvalidPath):
        root.secrets.kv.v2.read_secret_metadata(path, mount_point=layout.KV_MOUNT)

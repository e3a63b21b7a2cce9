"""The service's token does what the service needs and nothing else."""

from collections.abc import Callable, Iterator

import hvac
import pytest
from hvac.exceptions import Forbidden

from lab.openbao import OpenBao
from provisioner.vault import layout

KV, TRANSIT = layout.KV_MOUNT, layout.TRANSIT_MOUNT
Deed = Callable[[hvac.Client, str], object]

REFUSED: dict[str, Deed] = {
    "mount elsewhere": lambda it, _: it.sys.enable_secrets_engine("pki", "elsewhere"),
    "mount another engine": lambda it, id: it.sys.enable_secrets_engine(
        "kv", f"clusters/{id}/pki/other"
    ),
    "unmount the secrets": lambda it, _: it.sys.disable_secrets_engine(KV),
    "list the mounts": lambda it, _: it.sys.list_mounted_secrets_engines(),
    "read policies": lambda it, _: it.sys.read_policy(layout.POLICY),
    "widen its policy": lambda it, _: it.sys.create_or_update_policy(layout.POLICY, ""),
    "enable an auth method": lambda it, _: it.sys.enable_auth_method("userpass"),
    "seal": lambda it, _: it.sys.seal(),
    "make a token": lambda it, _: it.auth.token.create(),
    "make a secret id": lambda it, _: it.auth.approle.generate_secret_id(layout.APPROLE),
    "generate an authority": lambda it, id: it.secrets.pki.generate_root(
        "exported", "x", mount_point=f"clusters/{id}/pki/kubernetes"
    ),
    "sign what it likes": lambda it, id: it.secrets.pki.sign_verbatim(
        "csr", mount_point=f"clusters/{id}/pki/kubernetes"
    ),
    "make a role of its own": lambda it, id: it.secrets.pki.create_or_update_role(
        "any", {}, mount_point=f"clusters/{id}/pki/kubernetes"
    ),
    "issue by another authority": lambda it, id: it.secrets.pki.generate_certificate(
        "admin", "x", mount_point=f"clusters/{id}/pki/etcd"
    ),
    "issue server certificates for etcd": lambda it, id: it.secrets.pki.create_or_update_role(
        "server", {}, mount_point=f"clusters/{id}/pki/etcd"
    ),
    "list the secrets of documents": lambda it, _: it.secrets.kv.v2.list_secrets(
        "secrets", mount_point=KV
    ),
    "overwrite an authority's key": lambda it, id: it.secrets.kv.v2.create_or_update_secret(
        f"clusters/{id}/certificates", {"kubernetesCaKey": "mine"}, mount_point=KV
    ),
    "list the vCenters": lambda it, _: it.secrets.kv.v2.list_secrets("vcenters", mount_point=KV),
    "write secrets elsewhere": lambda it, _: it.secrets.kv.v2.create_or_update_secret(
        "elsewhere", {"x": "y"}, mount_point=KV
    ),
    "export the signing key": lambda it, _: it.secrets.transit.export_key(
        layout.NODE_TOKEN_KEY, "signing-key", mount_point=TRANSIT
    ),
    "rotate the signing key": lambda it, _: it.secrets.transit.rotate_key(
        layout.NODE_TOKEN_KEY, mount_point=TRANSIT
    ),
    "delete the signing key": lambda it, _: it.secrets.transit.delete_key(
        layout.NODE_TOKEN_KEY, mount_point=TRANSIT
    ),
    "export the digests' key": lambda it, _: it.secrets.transit.export_key(
        layout.DIGEST_KEY, "hmac-key", mount_point=TRANSIT
    ),
    "decrypt by the digests' key": lambda it, _: it.secrets.transit.decrypt_data(
        layout.DIGEST_KEY, "vault:v1:eA==", mount_point=TRANSIT
    ),
    "sign by another key": lambda it, _: it.secrets.transit.sign_data(
        "other", hash_input="eA==", mount_point=TRANSIT
    ),
}


@pytest.fixture
def service(openbao: OpenBao) -> Iterator[hvac.Client]:
    client = hvac.Client(url=openbao.url, token="")
    client.auth.approle.login(openbao.role_id, openbao.secret_id)
    yield client
    client.adapter.close()


@pytest.mark.parametrize("deed", REFUSED)
def test_the_service_may_not(service, shared_cluster, deed):
    with pytest.raises(Forbidden):
        REFUSED[deed](service, shared_cluster)


def test_the_token_carries_our_policy_and_not_even_the_default_one(service):
    assert service.auth.token.lookup_self()["data"]["policies"] == [layout.POLICY]

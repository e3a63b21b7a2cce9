"""What a cluster shows to the etcd that keeps its data."""

from pydantic import BaseModel, SecretStr

from provisioner.domain.ids import ResourceId
from provisioner.vault.errors import SecretNotFound
from provisioner.vault.vault import Vault

# Names of the values in a secret of type etcd.
_AUTHORITY, _CERTIFICATE, _KEY = "ca", "cert", "key"


class ClientFiles(BaseModel, frozen=True, hide_input_in_errors=True):
    """PEM. `authority` verifies etcd's members."""

    authority: str
    certificate: str
    private_key: SecretStr


def client_files(
    vault: Vault, resource_id: ResourceId, etcd_cluster: str | None, secret: str | None
) -> ClientFiles:
    """A new certificate of an etcd cluster of ours, with the cluster's id as its name; of the
    user's own etcd what is at the path `secret`. Raises VaultError.
    """
    if etcd_cluster:
        issued = vault.etcd_cluster_client(ResourceId(etcd_cluster), resource_id)
        return ClientFiles(
            authority=issued.authority,
            certificate=issued.certificate,
            private_key=issued.private_key,
        )
    values = vault.read_secret(secret or "")
    try:
        return ClientFiles(
            authority=values[_AUTHORITY].get_secret_value(),
            certificate=values[_CERTIFICATE].get_secret_value(),
            private_key=values[_KEY],
        )
    except KeyError as missing:
        raise SecretNotFound(f"the etcd secret lacks {missing}; create it anew") from missing

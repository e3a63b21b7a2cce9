"""From settings to Vault."""

from pydantic import SecretStr

from provisioner.configured_files import Misconfigured, check_files, check_node_access, read
from provisioner.settings import Settings
from provisioner.vault.access import VaultAccess
from provisioner.vault.vault import Vault


def open_vault(settings: Settings) -> Vault:
    """Raises Misconfigured. Logs in only when first used."""
    secret_id = settings.vault_secret_id_file
    if not settings.vault_role_id or secret_id is None:
        raise Misconfigured("set PKE_VAULT_ROLE_ID and PKE_VAULT_SECRET_ID_FILE")
    check_files(settings)
    check_node_access(settings)
    secret = read("PKE_VAULT_SECRET_ID_FILE", secret_id).strip()
    if not secret:
        raise Misconfigured(f"PKE_VAULT_SECRET_ID_FILE: {secret_id} is empty")
    bundle = settings.vault_ca_file
    return Vault(
        VaultAccess(
            url=settings.vault_url,
            role_id=settings.vault_role_id,
            secret_id=SecretStr(secret),
            ca_bundle=read("PKE_VAULT_CA_FILE", bundle) if bundle else None,
        )
    )

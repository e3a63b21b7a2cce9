from tests.fixtures_openbao import openbao, vault, vault_access

__all__ = ["openbao", "vault", "vault_access"]

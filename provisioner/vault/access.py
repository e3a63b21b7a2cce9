"""How to reach Vault and as whom."""

from typing import Self

from pydantic import BaseModel, SecretStr, model_validator


class VaultAccess(BaseModel, frozen=True, hide_input_in_errors=True):
    """Either an AppRole (production) or a ready token, which is never renewed (development).

    `ca_bundle` is PEM text; without it the system's authorities verify an https URL.
    """

    url: str
    role_id: str = ""
    secret_id: SecretStr = SecretStr("")
    token: SecretStr | None = None
    ca_bundle: str | None = None
    timeout_seconds: float = 10.0

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        by_role = bool(self.role_id and self.secret_id.get_secret_value())
        if by_role == (self.token is not None):
            raise ValueError("give either the AppRole's role id and secret id, or a token")
        return self

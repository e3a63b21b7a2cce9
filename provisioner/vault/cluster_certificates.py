"""What the masters of one cluster share, under the names the wire contract gives it."""

from typing import Self

from pydantic import BaseModel, ConfigDict, SecretStr
from pydantic.alias_generators import to_camel

from provisioner.vault.authority import (
    Authority,
    new_authority,
    new_encryption_key,
    new_service_account_keys,
)
from provisioner.vault.layout import AuthorityName


class ClusterCertificates(BaseModel):
    """The values of a `pkecert` secret. `enc` is base64, all else PEM."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    kubernetes_ca_cert: str
    kubernetes_ca_key: SecretStr
    kubernetes_ca_signing_cert: str
    etcd_ca_cert: str
    etcd_ca_key: SecretStr
    front_proxy_ca_cert: str
    front_proxy_ca_key: SecretStr
    sa_pub: str
    sa_key: SecretStr
    enc: SecretStr

    @classmethod
    def generate(cls) -> Self:
        kubernetes, etcd = new_authority("kubernetes"), new_authority("etcd-ca")
        front_proxy = new_authority("front-proxy-ca")
        public, private = new_service_account_keys()
        return cls(
            kubernetes_ca_cert=kubernetes.certificate,
            kubernetes_ca_key=kubernetes.private_key,
            kubernetes_ca_signing_cert=kubernetes.certificate,
            etcd_ca_cert=etcd.certificate,
            etcd_ca_key=etcd.private_key,
            front_proxy_ca_cert=front_proxy.certificate,
            front_proxy_ca_key=front_proxy.private_key,
            sa_pub=public,
            sa_key=private,
            enc=new_encryption_key(),
        )

    def authority(self, name: AuthorityName) -> Authority:
        prefix = name.replace("-", "_")
        return Authority(
            certificate=getattr(self, f"{prefix}_ca_cert"),
            private_key=getattr(self, f"{prefix}_ca_key"),
        )

    def revealed(self) -> dict[str, str]:
        """The ten values in the clear, keyed as on the wire (`kubernetesCaCert`)."""
        fields = self.model_dump(by_alias=True)
        return {
            key: value.get_secret_value() if isinstance(value, SecretStr) else value
            for key, value in fields.items()
        }

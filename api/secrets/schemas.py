"""Secrets on the wire: values come in and never go out."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from api.operations.schemas import OperationOut
from api.schemas import Out
from provisioner.domain.spec.document import Document, Host, Label, RegistryHost, Thumbprint
from provisioner.store.secrets import SecretType

Text = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]
# bcrypt, by which HAProxy knows them, looks at no more.
StatsPassword = Annotated[SecretStr, Field(min_length=8, max_length=72)]
Pem = Annotated[str, StringConstraints(min_length=1, max_length=65536)]
PrivatePem = Annotated[SecretStr, Field(min_length=1, max_length=65536)]


class NewSecret(Document):
    """`values` by type. vsphere: server, username, password, and thumbprint or caBundle.
    etcd: ca, cert, key in PEM. load-balancer: adminPassword, viewerPassword of its
    stats page. registry: server, username, password; nodes of clusters whose
    imageRegistryLogin names it pull with them."""

    name: Label
    type: SecretType
    values: dict[str, SecretStr]


class NewValues(Document):
    """All values that its type has, as for a new one."""

    values: dict[str, SecretStr]


class VSphereValues(Document):
    """An account of its own for what runs in clusters; it needs storage privileges only."""

    server: Host
    username: Text
    password: Password
    thumbprint: Thumbprint | None = None
    ca_bundle: Pem | None = None


class EtcdValues(Document):
    """Whom to trust, and the client certificate that etcd accepts."""

    ca: Pem
    cert: Pem
    key: PrivatePem


class RegistryValues(Document):
    server: RegistryHost
    username: Text
    password: Password


class LoadBalancerValues(Document):
    """Of the stats page's users: admin may take servers out, viewer may look."""

    admin_password: StatsPassword
    viewer_password: StatsPassword


class SecretOut(Out):
    id: str
    name: str
    type: SecretType
    created_at: datetime
    created_by: str


class ReplacedOut(SecretOut):
    """`operations`: of the load balancers that follow."""

    operations: list[OperationOut]


class SecretList(Out):
    items: list[SecretOut]

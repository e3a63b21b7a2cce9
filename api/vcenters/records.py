"""The steps of registering a vCenter. Row and secret exist before a worker tries the login."""

from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy.orm import Session

from api.services import Services
from api.vcenters.schemas import NewVCenter, VCenterOut, check, secret_path
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.ids import OrgId, new_uuid
from provisioner.domain.spec.reading import read
from provisioner.store import vcenters
from provisioner.store.errors import Conflict, NotFound
from provisioner.store.tables import VCenter


@dataclass(frozen=True)
class Records:
    """Blocking: routes call it in a thread."""

    use: Services
    org_id: OrgId

    def read_new(self, session: Session, body: object) -> NewVCenter:
        """Raises InvalidRequest with all faults."""

        def checks(new: NewVCenter) -> list[Fault]:
            taken = self._known(session, new.name)
            advice = f"there is a vCenter named {new.name!r} already; choose another name"
            return check(new) + ([Fault("name", advice)] if taken else [])

        return read(NewVCenter, body, checks)

    def add(self, session: Session, new: NewVCenter) -> str:
        """The new row's id; its credentials are in Vault before the row is."""
        vcenter_id = new_uuid()
        path = secret_path(vcenter_id)
        self.use.vault.write_secret(path, credentials(new))
        session.add(
            VCenter(
                id=vcenter_id,
                org_id=self.org_id,
                name=new.name,
                host=new.host,
                port=new.port,
                thumbprint=new.thumbprint,
                ca_bundle=new.ca_bundle,
                root_folder=new.root_folder,
                secret_path=path,
            )
        )
        return vcenter_id

    def discard(self, vcenter_id: str) -> None:
        """Raises Conflict while something lives there. Gone already is success."""
        with self.use.database.write() as session:
            try:
                row = vcenters.get(session, vcenter_id)
            except NotFound:
                return
            if vcenters.in_use(session, row.id):
                raise Conflict(f"vCenter {row.name} still has clusters; delete them first")
            vcenters.remove(session, row)
        self.use.vault.delete_secret(row.secret_path)

    def shown(self, vcenter_id: str) -> VCenterOut:
        with self.use.database.read() as session:
            return VCenterOut.model_validate(vcenters.get(session, vcenter_id))

    def _known(self, session: Session, name: str) -> bool:
        return any(row.name == name for row in vcenters.listed(session, self.org_id))


def credentials(new: NewVCenter) -> dict[str, SecretStr]:
    return {"username": SecretStr(new.username), "password": new.password}


def rejected(field: str | None, reason: str | None) -> InvalidRequest:
    return InvalidRequest([Fault(field or "host", reason or "the login was refused")])

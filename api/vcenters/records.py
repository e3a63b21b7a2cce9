"""vCenters on record. Row and secret exist before a worker tries the login."""

from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy.orm import Session

from api.services import Services
from api.vcenters.schemas import NewVCenter, VCenterChange, VCenterOut, secret_path
from provisioner.domain.ids import OrgId, new_uuid
from provisioner.store import vcenter_uses, vcenters
from provisioner.store.errors import Conflict, NotFound
from provisioner.store.tables import VCenter


@dataclass(frozen=True)
class Records:
    """Blocking: routes call it in a thread."""

    use: Services
    org_id: OrgId

    def is_taken(self, session: Session, name: str) -> bool:
        return any(row.name == name for row in vcenters.listed(session, self.org_id))

    def begin_trial(self, new: NewVCenter) -> str:
        """The id of a row that neither lists nor names show, until it is named or promoted.

        The row comes before the secret: what is abandoned is found by it, and swept.
        """
        row = _row(new_uuid(), self.org_id, new)
        with self.use.database.write() as session:
            session.add(row)
        credentials = {"username": SecretStr(new.username), "password": new.password}
        self.use.vault.write_secret(row.secret_path, credentials)
        return row.id

    def add_candidate(self, name: str, change: VCenterChange) -> tuple[str, str]:
        """The ids of the vCenter and of a trial of it, as it is after the change."""
        with self.use.database.read() as session:
            row = vcenters.find(session, self.org_id, name)
        known = self.use.vault.read_secret(row.secret_path)
        tls = change if change.thumbprint or change.ca_bundle else row
        new = NewVCenter(
            name=row.name,
            host=row.host,
            port=row.port,
            username=change.username or known["username"].get_secret_value(),
            password=change.password or known["password"],
            thumbprint=tls.thumbprint,
            ca_bundle=tls.ca_bundle,
            root_folder=row.root_folder,
        )
        return row.id, self.begin_trial(new)

    def promote(self, vcenter_id: str, candidate_id: str) -> None:
        """The vCenter takes over what its candidate has proven. Raises Conflict."""
        with self.use.database.write() as session:
            row, proven = vcenters.get(session, vcenter_id), vcenters.get(session, candidate_id)
            if row.instance_uuid not in (None, proven.instance_uuid):
                raise Conflict(f"{row.host} is another vCenter now; register it under a new name")
            row.thumbprint, row.ca_bundle = proven.thumbprint, proven.ca_bundle
            row.state, row.reason, row.rejected_version = "connected", None, None
            row.credential_version += 1
            row.secret_path, proven.secret_path = proven.secret_path, row.secret_path

    def discard(self, vcenter_id: str) -> None:
        """Raises Conflict while something lives there. Gone already is success."""
        with self.use.database.write() as session:
            try:
                row = vcenters.get(session, vcenter_id)
            except NotFound:
                return
            vcenter_uses.refuse_when_used(session, row)
            vcenters.remove(session, row)
        self.use.vault.delete_secret(row.secret_path)

    def end_trial(self, vcenter_id: str) -> None:
        """Row and secret go, unless it has a name by now."""
        with self.use.database.read() as session:
            row = session.get_one(VCenter, vcenter_id)
        if vcenters.is_trial(row):
            self.use.vault.delete_secret(row.secret_path)
            with self.use.database.write() as session:
                vcenters.remove(session, session.get_one(VCenter, vcenter_id))

    def shown(self, vcenter_id: str) -> VCenterOut:
        with self.use.database.read() as session:
            return VCenterOut.model_validate(vcenters.get(session, vcenter_id))


def _row(vcenter_id: str, org_id: OrgId, new: NewVCenter) -> VCenter:
    return VCenter(
        id=vcenter_id,
        org_id=org_id,
        name=vcenters.trial_name(vcenter_id),
        host=new.host,
        port=new.port,
        thumbprint=new.thumbprint,
        ca_bundle=new.ca_bundle,
        root_folder=new.root_folder,
        secret_path=secret_path(vcenter_id),
    )

"""What an installation talks to."""

from dataclasses import dataclass

from lab.openbao import OpenBao
from lab.temporal import TemporalServer
from lab.vcenter.simulator import SimulatedVCenter
from provisioner.vault.access import VaultAccess
from provisioner.vault.vault import Vault


@dataclass(frozen=True)
class Servers:
    vcenter: SimulatedVCenter
    temporal: TemporalServer
    openbao: OpenBao

    def vault(self) -> Vault:
        bao = self.openbao
        return Vault(VaultAccess(url=bao.url, role_id=bao.role_id, secret_id=bao.secret_id))

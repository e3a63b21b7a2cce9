"""Ways into etcd clusters of VMs: a short-lived certificate of their own authority."""

from provisioner.domain.etcd_clusters import CLIENT_PORT
from provisioner.domain.ids import ResourceId
from provisioner.domain.naming import SERVICE
from provisioner.etcd.administration import EtcdAdministration
from provisioner.store import etcd_members, nodes
from provisioner.store.database import Database
from provisioner.vault.vault import Vault

_CERTIFICATE_SECONDS = 600


class EtcdAccess:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def open(
        self, resource_id: str, *, also: str | None = None, without: str | None = None
    ) -> EtcdAdministration:
        """To be closed. Asks members that are ready, `also` the node of that id, `without` that.

        Raises VaultError. etcd itself is first asked by who uses it.
        """
        with self._database.read() as session:
            asked = etcd_members.serving(session, resource_id, without=without)
            if also and all(node.id != also for node in asked):
                asked.append(nodes.get(session, also))
            addresses = [etcd_members.address(node) for node in asked]
        issued = self._vault.etcd_cluster_client(
            ResourceId(resource_id), SERVICE, _CERTIFICATE_SECONDS
        )
        endpoints = [f"{address}:{CLIENT_PORT}" for address in addresses]
        return EtcdAdministration(
            endpoints, issued.authority, issued.certificate, issued.private_key
        )

"""Says of running servers what `stack.json` says."""

from lab.stack.facts import StackFacts, VaultFacts, VCenterFacts
from lab.stack.layout import Layout
from lab.stack.product import AdminToken, Product
from lab.stack.servers import Servers
from lab.vcenter.simulator import SimulatedVCenter

VCENTER_NAME = "lab"


def describe(
    layout: Layout, servers: Servers, product: Product, guests_url: str, token: AdminToken
) -> StackFacts:
    return StackFacts(
        api=product.settings["API_URL"],
        ca_file=product.settings.get("API_CA_FILE"),
        guests=guests_url,
        token=token.token,
        org_id=token.org_id,
        vcenter=_vcenter(servers.vcenter),
        temporal=servers.temporal.address,
        vault=VaultFacts(url=servers.openbao.url, token=servers.openbao.root_token),
        database=layout.database_url,
        logs=str(layout.logs),
    )


def _vcenter(vcenter: SimulatedVCenter) -> VCenterFacts:
    return VCenterFacts(
        name=VCENTER_NAME,
        host=vcenter.host,
        port=vcenter.port,
        username=vcenter.username,
        password=vcenter.password,
        thumbprint=vcenter.thumbprint,
        faults=vcenter.faults,
    )

"""The settings of the product in this lab: its defaults, but where everything is."""

from collections.abc import Mapping

from lab.packer.checks import TEMPLATES
from lab.packer.tools import built
from lab.stack.files import write_private
from lab.stack.layout import Layout
from lab.stack.servers import Servers
from lab.stack.tls import ApiTls

# Every process logs in lines for people; nodes ask often, because nobody wants to wait here.
LAB_SETTINGS = {"TASK_QUEUE": "pke-provisioner", "LOG_FORMAT": "text", "AGENT_POLL_SECONDS": "0.2"}


def product_settings(
    layout: Layout,
    servers: Servers,
    api_listen: str,
    tls: ApiTls | None,
    others: Mapping[str, str],
) -> dict[str, str]:
    """Writes the AppRole secret id to the file that the settings name. `others` win."""
    write_private(layout.secret_id, servers.openbao.secret_id)
    return {
        **LAB_SETTINGS,
        **_packer(),
        "DATABASE_URL": layout.database_url,
        "TEMPORAL_ADDRESS": servers.temporal.address,
        "VAULT_URL": servers.openbao.url,
        "VAULT_ROLE_ID": servers.openbao.role_id,
        "VAULT_SECRET_ID_FILE": str(layout.secret_id),
        "API_LISTEN": api_listen,
        "API_URL": f"{'https' if tls else 'http'}://{api_listen}",
        **(tls.settings() if tls else {}),
        **others,
    }


def _packer() -> dict[str, str]:
    """Without it the service says that Packer is missing, and all but image builds work."""
    tools = built()
    if tools is None:
        return {}
    return {
        "PACKER": str(tools.program),
        "PACKER_PLUGINS": str(tools.plugins),
        "IMAGE_DEFINITIONS": str(TEMPLATES),
    }

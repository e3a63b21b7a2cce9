"""How nodes reach this service, as its settings say."""

from provisioner.bootstrap.identity import ServiceAccess
from provisioner.settings import Settings


def service_access(settings: Settings) -> ServiceAccess:
    authority = settings.api_ca_file
    return ServiceAccess(
        url=settings.api_url,
        authority=authority.read_text() if authority else None,
        poll_seconds=settings.agent_poll_seconds,
        bootstrap_seconds=settings.deadlines.bootstrap,
    )

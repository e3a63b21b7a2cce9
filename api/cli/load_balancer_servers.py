"""The servers of a load balancer, as the API shows it."""

from typing import Any


def server_states(balancer: dict[str, Any]) -> dict[str, str]:
    """Of all servers that the document names."""
    services = balancer["spec"].get("services", [])
    names = (name for service in services for name in _servers(service))
    taken_out: dict[str, str] = balancer["serverStates"]
    return dict.fromkeys(names, "ready") | taken_out


def active_server(spec: dict[str, Any], service: str) -> str | None:
    """Of a service whose ports move together."""
    for one in spec.get("services", []):
        if one["name"] == service and one["moveTogether"]:
            return str(one.get("active") or _servers(one)[0])
    return None


def _servers(service: dict[str, Any]) -> list[str]:
    return [server["name"] for pool in service["pools"] for server in pool["servers"]]

"""What a reload hands on of the old HAProxy's knowledge."""

import pytest

from provisioner.edge.keep_server_states import configured, kept

HEADER = (
    "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_port srv_check_port "
    "srv_check_addr srv_agent_addr srv_agent_port"
)
ROW = "4 web.servers 1 a 10.0.0.1 0 443 8080 - - 8080"
KEPT = "4 web.servers 1 a 10.0.0.1 0 443 0 - - 0"


def handed_on(*servers: str) -> list[str]:
    lines = "\n".join(f"    server {server} weight 100 check" for server in servers)
    places = configured(f"frontend web\n    bind 10.0.0.9:443\n\nbackend web.servers\n{lines}\n")
    return kept(f"1\n{HEADER}\n{ROW}\n\n", places).splitlines()[2:]


def test_what_is_known_of_a_server_goes_on() -> None:
    assert handed_on("b 10.0.0.2:443", "a 10.0.0.1:443") == [KEPT]


@pytest.mark.parametrize(
    "moved", ["a 10.0.0.2:443", "a 10.0.0.1:8443", "a 10.0.0.1", "b 10.0.0.1:443"]
)
def test_nothing_is_known_of_a_server_elsewhere(moved: str) -> None:
    """HAProxy itself would go on at the old port."""
    assert handed_on(moved) == []

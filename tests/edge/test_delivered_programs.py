"""The programs that a member gets stand alone, and agree with the files they work on."""

import ast
from pathlib import Path

import pytest

from provisioner.edge import (
    check_haproxy,
    close_connections,
    haproxy,
    keep_server_states,
    layout,
    member_status,
)

PROGRAMS = (check_haproxy, close_connections, keep_server_states, member_status)


def test_they_look_where_things_are() -> None:
    assert {keep_server_states.CONFIGURATION, close_connections.CONFIGURATION} == {layout.HAPROXY}
    assert keep_server_states.NOTE == layout.SERVER_STATES
    assert {keep_server_states.SOCKET, member_status.ADMIN_SOCKET} == {layout.ADMIN_SOCKET}
    assert Path(member_status.KEEPALIVED_TOLD).parent == Path(layout.KEEPALIVED_STATUS)
    assert haproxy.ALIVE_PATH in Path(check_haproxy.__file__).read_text()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.__name__)
def test_python_of_older_systems_reads_them(program: object) -> None:
    text = Path(str(program.__file__)).read_text()
    ast.parse(text, feature_version=(3, 9))
    assert "strict=" not in text

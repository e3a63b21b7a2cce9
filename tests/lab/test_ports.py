import socket

from lab.ports import FIRST, LAST, free_port


def test_a_free_port_can_be_listened_on_and_is_no_ephemeral_one() -> None:
    port = free_port()
    assert FIRST <= port <= LAST
    with socket.create_server(("127.0.0.1", port)):
        pass

from pathlib import Path

import httpx

from lab.progress import say_nothing
from lab.stack.layout import Layout
from lab.stack.servers import Servers


def test_a_stack_has_a_vcenter_a_temporal_and_a_vault(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.make()
    servers = Servers(layout, say_nothing)
    processes = servers.processes()
    try:
        assert servers.vcenter.control.requests() == {}
        assert httpx.get(f"{servers.openbao.url}/v1/sys/health").is_success
        assert {log.name for log in layout.logs.iterdir()} == {
            *("vcenter.log", "temporal.log", "openbao.log")
        }
    finally:
        servers.stop()
    assert not any(process.running for process in processes.values())

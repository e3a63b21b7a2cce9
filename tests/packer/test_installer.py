"""An installer by https comes by the system's authorities; Packer knows vCenter's alone."""

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lab.packer.tools import packer
from lab.stack.tls import ApiTls, issue
from provisioner.images import order as orders
from provisioner.images.build import PackerBuild
from provisioner.images.build_errors import BuildOverdue, InstallerUnreachable
from provisioner.images.tools import PackerTools, find_tools
from tests.packer.test_build import REPORT, Templates, order

ISO = b"an installer" * 1000


class Disc(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/a.iso" else 404)
        self.send_header("Content-Length", str(len(ISO)))
        self.end_headers()
        self.wfile.write(ISO)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def tls(tmp_path: Path) -> ApiTls:
    return issue(tmp_path, "127.0.0.1")


@pytest.fixture
def mirror(tls: ApiTls) -> Iterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Disc) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def tools() -> PackerTools:
    built = packer()
    return find_tools(str(built.program), built.plugins)


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Templates:
    """They keep what Packer is told."""
    monkeypatch.setitem(orders.SOURCES, "iso", "null.image")
    found = Templates(tmp_path / "templates")
    (found.folder / "iso.pkr.hcl").write_text('variable "iso_url" { default = "" }\n')
    template = (found.folder / "image.pkr.hcl").read_text()
    kept = "echo password is"
    seen = f"cp ${{var.iso_url}} {tmp_path}/seen; {kept}"
    (found.folder / "image.pkr.hcl").write_text(template.replace(kept, seen))
    found.step(f"echo '{json.dumps(REPORT)}' >../../self-check.json")
    return found


async def build(
    tools: PackerTools, templates: Templates, url: str, seconds: float = 60.0
) -> list[str]:
    """What is said."""
    said: list[str] = []
    wanted = order().model_copy(update={"source": "iso", "iso_url": url})
    await PackerBuild(tools, templates.folder, seconds).run(wanted, said.append)
    return said


async def test_packer_gets_it_as_a_file(
    tools: PackerTools,
    templates: Templates,
    mirror: str,
    tls: ApiTls,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority))
    said = await build(tools, templates, f"{mirror}/a.iso")
    assert said[0] == f"fetching {mirror}/a.iso"
    assert (tmp_path / "seen").read_bytes() == ISO


async def test_a_server_that_nobody_vouches_for_is_told(
    tools: PackerTools, templates: Templates, mirror: str
) -> None:
    with pytest.raises(InstallerUnreachable, match="certificate verify failed"):
        await build(tools, templates, f"{mirror}/a.iso")


async def test_what_is_not_there_is_told(
    tools: PackerTools,
    templates: Templates,
    mirror: str,
    tls: ApiTls,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority))
    with pytest.raises(InstallerUnreachable, match="404"):
        await build(tools, templates, f"{mirror}/b.iso")


async def test_fetching_counts_as_building(
    tools: PackerTools, templates: Templates, mirror: str
) -> None:
    with pytest.raises(BuildOverdue, match="PKE_IMAGE_BUILD_SECONDS"):
        await build(tools, templates, f"{mirror}/a.iso", seconds=0)

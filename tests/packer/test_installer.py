"""An installer by https comes by the system's authorities; Packer knows vCenter's alone."""

import asyncio
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lab.packer.tools import packer
from lab.stack.tls import ApiTls, issue
from lab.waiting import wait_until
from provisioner.images import order as orders
from provisioner.images.build import PackerBuild
from provisioner.images.build_errors import BuildOverdue, InstallerUnreachable
from provisioner.images.tools import PackerTools, find_tools
from tests.packer.test_build import REPORT, Templates, order

ISO = b"an installer" * 1000
SECONDS = 90.0
WORKER = """
import asyncio, sys
from pathlib import Path
from api.logs import configure
from provisioner.images.build import PackerBuild
from provisioner.images.tools import PackerTools
from provisioner.settings import Settings
from tests.packer.test_build import order

configure(Settings(log_level="DEBUG"))

wanted = order().model_copy(update={"source": "iso", "iso_url": sys.argv[1]})
nowhere = Path("/nowhere")
packer = PackerBuild(PackerTools(nowhere, nowhere), nowhere, 60.0)
asyncio.run(packer.run(wanted, print))
"""


class Disc(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved.iso":
            self.send_response(302)
            self.send_header("Location", "/gone.iso?signature=private")
            self.end_headers()
            return
        self.send_response(404 if self.path.startswith("/gone.iso") else 200)
        unfinished = self.path == "/unfinished.iso"
        self.send_header("Content-Length", str(len(ISO) * (1 + unfinished)))
        self.end_headers()
        self.wfile.write(ISO)
        if unfinished:
            self.rfile.read(1)

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


@pytest.fixture
def trusted_mirror(mirror: str, tls: ApiTls, monkeypatch: pytest.MonkeyPatch) -> str:
    """By the worker's system."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority))
    return mirror


async def test_packer_gets_it_as_a_file(
    tools: PackerTools, templates: Templates, trusted_mirror: str, tmp_path: Path
) -> None:
    said = await build(tools, templates, f"{trusted_mirror}/a.iso")
    assert said[0] == f"fetching {trusted_mirror}/a.iso"
    assert (tmp_path / "seen").read_bytes() == ISO


async def test_a_server_that_nobody_vouches_for_is_told(
    tools: PackerTools, templates: Templates, mirror: str
) -> None:
    with pytest.raises(InstallerUnreachable, match="certificate verify failed"):
        await build(tools, templates, f"{mirror}/a.iso")


async def test_what_is_not_there_is_told(
    tools: PackerTools, templates: Templates, trusted_mirror: str
) -> None:
    with pytest.raises(InstallerUnreachable, match="answered 404") as failed:
        await build(tools, templates, f"{trusted_mirror}/gone.iso")
    assert "authority" not in str(failed.value)


async def test_where_a_server_leads_may_be_a_secret(
    tools: PackerTools, templates: Templates, trusted_mirror: str
) -> None:
    with pytest.raises(InstallerUnreachable, match="answered 404") as failed:
        await build(tools, templates, f"{trusted_mirror}/moved.iso")
    causes = failed.value, failed.value.__cause__, failed.value.__context__
    assert "private" not in str(causes)


def test_where_a_server_leads_is_not_logged(mirror: str, tls: ApiTls) -> None:
    worker = subprocess.run(
        [sys.executable, "-c", WORKER, f"{mirror}/moved.iso"],
        env={**os.environ, "SSL_CERT_FILE": str(tls.authority)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=SECONDS,
    )
    assert "answered 404" in worker.stderr
    assert "private" not in worker.stderr


async def test_an_address_that_is_none_is_told(tools: PackerTools, templates: Templates) -> None:
    with pytest.raises(InstallerUnreachable, match="Invalid port"):
        await build(tools, templates, "https://mirror.example.com:port/a.iso")


async def test_a_cancelled_one_leaves_nothing(
    tools: PackerTools,
    templates: Templates,
    trusted_mirror: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(work))
    building = asyncio.create_task(build(tools, templates, f"{trusted_mirror}/unfinished.iso"))
    async with asyncio.timeout(SECONDS):
        while not fetched(work):
            await asyncio.sleep(0.02)
    building.cancel()
    with pytest.raises(asyncio.CancelledError):
        await building
    assert list(work.iterdir()) == []


def test_it_goes_with_a_worker_that_is_killed(mirror: str, tls: ApiTls, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, f"{mirror}/unfinished.iso"],
        env={**os.environ, "TMPDIR": str(work), "SSL_CERT_FILE": str(tls.authority)},
    )
    try:
        assert wait_until(lambda: fetched(work), SECONDS)
    finally:
        worker.kill()
        worker.wait()
    assert wait_until(lambda: list(work.iterdir()) == [], SECONDS)


def fetched(work: Path) -> list[Path]:
    return list(work.glob("image-*/installer.iso"))


async def test_fetching_counts_as_building(
    tools: PackerTools, templates: Templates, mirror: str
) -> None:
    with pytest.raises(BuildOverdue, match="PKE_IMAGE_BUILD_SECONDS"):
        await build(tools, templates, f"{mirror}/a.iso", seconds=0)

"""An operator's manifest: fetched from a real server, taken only when it is the one promised."""

import contextlib
import hashlib
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest

from provisioner.kubernetes.addons import fetching
from provisioner.kubernetes.addons.images import with_registry
from provisioner.kubernetes.addons.manifests import objects
from provisioner.kubernetes.addons.yaml_bounds import MOST_LEVELS
from provisioner.kubernetes.errors import ManifestRefused, ManifestUnreachable
from provisioner.tls import load_key_pair

NAMESPACE = b"apiVersion: v1\nkind: Namespace\nmetadata: {name: calico}\nstatus: {}\n"


class Mirror(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow.yaml":
            return self.drip()
        status = {"/manifest.yaml": 200, "/busy.yaml": 503, "/moved.yaml": 302}.get(self.path, 404)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(NAMESPACE if status == 200 else b"")

    def drip(self) -> None:
        """Never long without a byte, and never done."""
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"#")
                time.sleep(0.05)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def mirror(server_tls):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load_key_pair(context, server_tls.certificate, server_tls.private_key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def parsed(text: bytes):
    return objects("calico.yaml", text, hashlib.sha256(text).hexdigest())


def test_a_manifest_comes_from_a_server_that_is_who_it_says(mirror, authority):
    assert fetching.from_url(f"{mirror}/manifest.yaml", authority.certificate) == NAMESPACE


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_server_that_nobody_vouches_for_is_not_believed(mirror):
    with pytest.raises(ManifestUnreachable, match="certificate"):
        fetching.from_url(f"{mirror}/manifest.yaml")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("missing.yaml", ManifestRefused),
        ("moved.yaml", ManifestRefused),
        ("busy.yaml", ManifestUnreachable),
    ],
)
def test_other_answers_are_told(mirror, authority, name, kind):
    with pytest.raises(kind, match="it answers"):
        fetching.from_url(f"{mirror}/{name}", authority.certificate)


def test_a_server_that_drips_is_left(mirror, authority):
    with pytest.raises(ManifestUnreachable, match=r"more than 0\.5 s"):
        fetching.from_url(f"{mirror}/slow.yaml", authority.certificate, seconds=0.5)


def test_what_is_endless_is_cut_short(mirror, authority, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 10)
    with pytest.raises(ManifestRefused, match="larger"):
        fetching.from_url(f"{mirror}/manifest.yaml", authority.certificate)


def test_a_folder_that_is_not_set_or_lacks_the_file(tmp_path):
    with pytest.raises(ManifestRefused, match="PKE_ADD_ON_MANIFESTS"):
        fetching.from_folder("calico.yaml", None)
    with pytest.raises(ManifestRefused, match="No such file"):
        fetching.from_folder("calico.yaml", tmp_path)


def test_lists_and_empty_documents_are_read_and_status_left_out():
    text = b"---\n---\napiVersion: v1\nkind: List\nitems:\n- " + NAMESPACE.replace(b"\n", b"\n  ")
    [found] = parsed(text)
    assert found == {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "calico"}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"[unclosed", "is not YAML"),
        (b"\xff\xfe\x00", "is not YAML"),
        (b"- a list", "no object"),
        (b"kind: Pod", "metadata.name"),
        (b"", "holds no objects"),
    ],
)
def test_what_is_no_manifest_is_told(text, told):
    with pytest.raises(ManifestRefused, match=told):
        parsed(text)


MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: "
LEVELS = "".join(
    f"{one}: &{one} [{', '.join([f'*{other}'] * 9)}]\n" for other, one in pairwise("abcdefghi")
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MAP + "[" * 100_000 + "]" * 100_000, "levels deep"),
        (MAP + "{a: " * 5_000 + "}" * 5_000, "levels deep"),
        ("a: &a [x, x, x, x, x, x, x, x, x]\n" + LEVELS + MAP, "more than"),
        (MAP + "[" + "x, " * 300_000 + "]", "more than"),
        ("&a\nkind: List\nitems:\n- *a\n", "refers to itself"),
        (MAP + "{x: *unknown}", "is not YAML"),
        (MAP + "9" * 5_000, "is not YAML"),
        (MAP + "{x: !!binary aGVsbG8=}", "is not JSON"),
        (MAP + "{x: !!set {a, b}}", "is not JSON"),
        (MAP + "{x: .nan}", "is not JSON"),
        ("kind: List\nitems: 5", "items"),
        ("apiVersion: {a: b}\nkind: Pod\nmetadata: {name: x}", "apiVersion"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: 5}", "namespace"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: [a]}", "labels"),
    ],
)
def test_what_would_cost_too_much_or_cant_be_sent_is_refused(text, told):
    with pytest.raises(ManifestRefused, match=told):
        parsed(text.encode())


def test_a_deep_alias_counts_with_its_depth():
    deep = "x: &x " + "[" * 60 + "]" * 60 + "\ny: " + "[" * 60 + "*x" + "]" * 60 + "\n"
    with pytest.raises(ManifestRefused, match="levels deep"):
        parsed(deep.encode())


def test_what_is_just_allowed_can_be_walked():
    levels = MOST_LEVELS - 1
    [found] = parsed((MAP + "{a: " * levels + "x" + "}" * levels).encode())
    assert with_registry(found, "registry.example.org") == found


def test_aliases_and_empty_fields_are_read():
    text = (
        "apiVersion: v1\nkind: ConfigMap\n"
        "metadata: {name: x, namespace: , labels: , annotations: &a {k: v}}\ndata: *a\n"
    )
    [found] = parsed(text.encode())
    assert found["data"] == {"k": "v"}
    assert found["metadata"] == {"name": "x", "annotations": {"k": "v"}}

"""Tables for people, JSON and YAML for programs."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from api.cli.kubeconfigs import good_until
from tests.cli.conftest import TOKEN, Pkectl, call_pkectl
from tests.cli.documents import CLUSTER_ID, cluster, event, node, summary
from tests.cli.scripted import Script, ScriptedApi, problem

HOUR = timedelta(hours=1)


def test_clusters_as_table_json_and_yaml(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /clusters", (200, {"items": [summary(), summary("other")]}))
    lines = pkectl("cluster", "list").out.splitlines()
    assert lines[0].split() == ["NAME", "STATUS", "NODES", "VCENTER", "ENDPOINT", "AGE"]
    assert lines[1].split()[:5] == ["demo", "CREATING", "1/2", "lab", "https://10.0.0.10:6443"]
    assert len(lines) == 3
    assert json.loads(pkectl("cluster", "list", "-o", "json").out)[1]["name"] == "other"
    assert yaml.safe_load(pkectl("cluster", "list", "-o", "yaml").out)[0]["name"] == "demo"


def test_a_cluster_shows_conditions_as_they_are_written(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /clusters/demo", (200, cluster()))
    out = pkectl("cluster", "get", "demo").out
    assert "1 of 3 [ready]" in out
    assert "2 asked for, 1 reached" in out
    assert "workers" in out


def test_a_misspelt_name_is_answered_with_the_right_one(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /clusters", (200, {"items": [summary(), summary("other")]}))
    ran = pkectl("cluster", "get", "dmeo")
    assert ran.code == 4
    assert "did you mean 'demo'?" in ran.err


def test_nodes_show_step_address_and_problem_in_whole_lines(pkectl: Pkectl, script: Script) -> None:
    long = "the clone failed: " + "no space left on the datastore, " * 10
    vm = {"moref": "vm-12", "instanceUuid": "x", "powerState": "poweredOn"}
    found = [node("demo-workers-x7k2p", failure=long, address="10.0.0.21", vm=vm)]
    script.on("GET /clusters/demo/nodes", (200, {"items": found}))
    line = pkectl("cluster", "nodes", "demo", "--all").out.splitlines()[1]
    assert line.split()[:4] == ["demo-workers-x7k2p", "workers", "creating", "cloning"]
    assert "vm-12" in line
    assert long.strip() in line
    assert script.last("GET").query == {"all": "true"}


def test_events_cannot_drive_the_terminal(pkectl: Pkectl, script: Script) -> None:
    wild = [event(1, "kubeadm said \x1b[2J\x1b]0;owned\x07 and ended")]
    script.on("GET /clusters/demo/events", (200, {"items": wild}), (200, {"items": []}))
    out = pkectl("cluster", "events", "demo").out
    assert "kubeadm said" in out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_all_pages_of_events_are_read(pkectl: Pkectl, script: Script) -> None:
    pages = [(200, {"items": [event(number, f"no {number}")]}) for number in (1, 2)]
    script.on("GET /clusters/demo/events", *pages, (200, {"items": []}))
    out = pkectl("cluster", "events", "demo").out
    assert [line.split()[0] for line in out.splitlines()] == ["1", "2"]
    assert [asked.query["after"] for asked in script.asked] == ["0", "1", "2"]


def test_following_events_ends_with_the_cluster(pkectl: Pkectl, script: Script) -> None:
    first = (200, {"items": [event(1, "begun")]})
    script.on("GET /clusters/demo/events", first, problem(404, "there is no cluster"))
    ran = pkectl("cluster", "events", "demo", "--follow")
    assert ran.code == 0
    assert "begun" in ran.out
    assert "is deleted" in ran.err


def test_following_events_by_id_ends_as_well(pkectl: Pkectl, script: Script) -> None:
    """Then the cluster is still there to be looked at."""
    first, nothing = (200, {"items": [event(1, "begun")]}), (200, {"items": []})
    script.on(f"GET /clusters/{CLUSTER_ID}/events", first, nothing)
    script.on(f"GET /clusters/{CLUSTER_ID}", (200, {"status": "DELETED"}))
    ran = pkectl("cluster", "events", CLUSTER_ID, "--follow")
    assert (ran.code, "is deleted" in ran.err) == (0, True)


def test_kubeconfig_goes_to_a_private_file(pkectl: Pkectl, script: Script, tmp_path: Path) -> None:
    script.on("GET /clusters/demo/kubeconfig", (200, "kind: Config\n"))
    target = tmp_path / "demo.conf"
    target.touch(mode=0o644)
    assert pkectl("cluster", "kubeconfig", "demo", "-o", str(target)).code == 0
    assert target.read_text() == "kind: Config\n"
    assert target.stat().st_mode & 0o777 == 0o600
    assert pkectl("cluster", "kubeconfig", "demo").out == "kind: Config\n"


def test_until_when_a_kubeconfig_is_good() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "admin")])
    begin = datetime(2026, 3, 1, 10, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + HOUR)
    pem = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    user = {"client-certificate-data": base64.b64encode(pem).decode()}
    assert good_until(yaml.safe_dump({"users": [{"user": user}]})) == begin + HOUR
    assert good_until("kind: Config\n") is None


def test_no_certificate_is_asked_for_that_cannot_be_kept(
    pkectl: Pkectl, script: Script, tmp_path: Path
) -> None:
    for target in (tmp_path, tmp_path / "nowhere" / "demo.conf"):
        ran = pkectl("cluster", "kubeconfig", "demo", "-o", str(target))
        assert (ran.code, "can't write" in ran.err) == (2, True)
    assert script.asked == []


def test_the_version_needs_no_service(pkectl: Pkectl, script: Script) -> None:
    ran = pkectl("--version", PKECTL_TOKEN="")
    assert (ran.code, ran.out.split()[0]) == (0, "pkectl")
    assert script.asked == []


def test_flags_beat_the_environment_and_that_the_configuration(
    server: ScriptedApi, script: Script, tmp_path: Path
) -> None:
    script.on("GET /clusters", (200, {"items": []}))
    kept = tmp_path / "stack.json"
    kept.write_text(json.dumps({"api": server.url, "token": "pke_kept"}))
    given = {"PKECTL_CONFIG": str(kept)}
    (tmp_path / "token").write_text("pke_filed\n")

    kept.chmod(0o644)
    ran = call_pkectl(tmp_path, given, ("cluster", "list"))
    assert ran.code == 0
    assert "chmod 600" in ran.err
    call_pkectl(tmp_path, given | {"PKECTL_TOKEN": TOKEN}, ("cluster", "list"))
    flags = ("--token-file", "token", "cluster", "list")
    call_pkectl(tmp_path, given | {"PKECTL_TOKEN": TOKEN}, flags)

    tokens = [asked.headers["Authorization"] for asked in script.asked]
    assert tokens == ["Bearer pke_kept", f"Bearer {TOKEN}", "Bearer pke_filed"]

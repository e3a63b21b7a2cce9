"""What the VM of an etcd member gets, and what its agent does with it."""

import base64
import configparser
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from lab.guestos.base import ensure_base
from lab.progress import say_nothing
from provisioner.bootstrap.etcd import check_payload, render
from provisioner.bootstrap.etcd_config import MemberConfig
from provisioner.bootstrap.etcd_config import render as render_config
from provisioner.bootstrap.identity import Identity, ServiceAccess
from provisioner.bootstrap.layout import AGENT_CONFIG, ETCD_CONFIG
from provisioner.bootstrap.model import NicConfig
from provisioner.domain.spec.etcd_cluster import Etcd, EtcdClusterSpec
from tests.node.authority import self_signed
from tests.node.machine import NODE_TOKEN
from tests.node.test_cloud_init import STATIC, complaints
from tests.node.test_cloud_init_runs import boot
from tests.unit.etcd_documents import etcd_document

UNIT = "/etc/systemd/system/etcd.service"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfm me@example"
ACCESS = ServiceAccess(url="https://pke.example.org/base", authority="-----BEGIN")

VARIANTS: dict[str, dict[str, Any]] = {
    "image": {},
    "packages": {"etcd": {"install": "packages"}},
    "keys": {"sshKeys": [KEY]},
    "authorities": {"trustedCAs": [self_signed("corporate").certificate]},
}


def extra_config(**changes: Any) -> dict[str, str]:
    own = Identity(
        node_name="e1-members-a1b2c",
        instance_id="5f0c9b1e",
        org_number=1,
        cluster_number=7,
        token=SecretStr(NODE_TOKEN),
        nics=(NicConfig.model_validate(STATIC),),
    )
    return render(EtcdClusterSpec.model_validate(etcd_document(**changes)), own, ACCESS)


def text(**changes: Any) -> str:
    packed = extra_config(**changes)["guestinfo.userdata"]
    return gzip.decompress(base64.b64decode(packed)).decode()


def files(**changes: Any) -> dict[str, dict[str, str]]:
    return {file["path"]: file for file in yaml.safe_load(text(**changes))["write_files"]}


def unit() -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.read_string(files()[UNIT]["content"])
    return parsed


def settings(**changes: Any) -> dict[str, str]:
    usual: dict[str, Any] = {
        "name": "m2",
        "address": "10.0.0.32",
        "cluster_token": "some-id",
        "initial": {"m1": "https://10.0.0.31:2380", "m2": "https://10.0.0.32:2380"},
        "joining": True,
        "peer_name": "etcd-member",
        "etcd": Etcd(),
    }
    rendered = render_config(MemberConfig(**(usual | changes)))
    return dict(line.split("=", 1) for line in rendered.splitlines())


def test_every_variant_fits_the_schema() -> None:
    assert complaints({name: text(**changes) for name, changes in VARIANTS.items()}) == {}


def test_the_token_is_the_only_secret_and_lies_in_one_file() -> None:
    holders = [path for path, file in files().items() if NODE_TOKEN in file["content"]]
    assert holders == [AGENT_CONFIG]
    assert files()[AGENT_CONFIG]["permissions"] == "0600"
    assert "-----BEGIN EC PRIVATE KEY" not in text()


def test_the_agent_is_told_where_to_ask() -> None:
    config = json.loads(files()[AGENT_CONFIG]["content"])
    assert config["node"] == {"name": "e1-members-a1b2c", "pool": "members", "role": "etcd"}
    assert (config["api"]["url"], config["api"]["cluster"]) == (ACCESS.url, 7)


def test_nothing_of_kubernetes_is_delivered() -> None:
    assert not [path for path in files() if "kube" in path]


def test_packages_are_installed_on_request() -> None:
    assert "packages" not in yaml.safe_load(text())
    assert yaml.safe_load(text(etcd={"install": "packages"}))["packages"] == ["etcd-server"]


def test_etcd_stays_down_until_it_is_configured() -> None:
    """The package's own start would make a member without TLS."""
    assert unit()["Unit"]["ConditionPathExists"] == ETCD_CONFIG


def test_etcd_is_nobody_special() -> None:
    service = unit()["Service"]
    assert (service["User"], service["StateDirectoryMode"]) == ("etcd", "0700")
    assert service["ProtectSystem"] == "strict"


def test_a_member_speaks_tls_with_those_it_knows() -> None:
    found = settings()
    for whose in ("", "PEER_"):
        assert found[f"ETCD_{whose}CLIENT_CERT_AUTH"] == "true"
        assert found[f"ETCD_{whose}TRUSTED_CA_FILE"] == "/etc/etcd/pki/ca.crt"
    assert found["ETCD_PEER_CERT_ALLOWED_CN"] == "etcd-member"
    assert not [value for value in found.values() if value.startswith("http:")]


def test_a_member_listens_at_its_address_alone() -> None:
    found = settings()
    assert found["ETCD_LISTEN_CLIENT_URLS"] == "https://10.0.0.32:2379"
    assert found["ETCD_LISTEN_PEER_URLS"] == "https://10.0.0.32:2380"


def test_a_joiner_is_told_of_all_members() -> None:
    found = settings()
    assert found["ETCD_INITIAL_CLUSTER"].count("=") == 2
    assert found["ETCD_INITIAL_CLUSTER_STATE"] == "existing"
    assert settings(joining=False)["ETCD_INITIAL_CLUSTER_STATE"] == "new"


def test_limits_as_asked() -> None:
    found = settings(etcd=Etcd(quota_mib=512, snapshot_count=5000, compaction_hours=3))
    assert found["ETCD_QUOTA_BACKEND_BYTES"] == str(512 * 1024**2)
    assert found["ETCD_SNAPSHOT_COUNT"] == "5000"
    assert found["ETCD_AUTO_COMPACTION_RETENTION"] == "3h"


def test_what_fits_is_not_complained_of() -> None:
    assert not list(check_payload(EtcdClusterSpec.model_validate(etcd_document()), ACCESS))


@pytest.mark.timeout(600)
def test_cloud_init_makes_of_it_what_it_says(tmp_path: Path) -> None:
    rendered = extra_config(sshKeys=[KEY])
    found = boot(ensure_base(say_nothing), tmp_path, rendered, [str(STATIC["mac"])])
    assert found["result"]["v1"]["errors"] == []
    assert [line for line in found["log"].splitlines() if "WARNING" in line] == []
    assert found["hostname"] == "e1-members-a1b2c"
    assert {"etcd", "pke"} <= set(found["users"])
    assert found["written"][UNIT] == [0o644, 0, 0]
    assert "pke-node-agent.service" in found["enabled"]
    assert not {path for path, facts in found["secret"].items() if facts[0] & 0o077}

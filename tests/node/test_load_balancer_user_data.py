"""What the VM of a load balancer's member gets with its clone."""

import base64
import gzip
import json
from typing import Any

import yaml
from pydantic import SecretStr

from provisioner.bootstrap import channel, node_configuration
from provisioner.bootstrap.identity import Identity, ServiceAccess
from provisioner.bootstrap.layout import AGENT_CONFIG, FIRST_CONFIGURATION, SECTIONS
from provisioner.bootstrap.load_balancer import check_payload, render, rendered, told
from provisioner.bootstrap.model import NicConfig
from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.edge import layout
from tests.edge.documents import document, server
from tests.node.machine import NODE_TOKEN
from tests.node.test_cloud_init import complaints

MACS = ["00:50:56:00:00:0a", "00:50:56:00:00:0b", "00:50:56:00:00:0c"]
IDS = {"m1": 7, "m2": 8}
ACCESS = ServiceAccess(url="https://pke.example.org/base")
ENDPOINT = {
    "cluster": "demo",
    "address": "10.2.0.200",
    "ports": [6443],
    "masters": [{"name": "cp-1", "address": "10.3.0.31"}],
}


def spec(**changes: Any) -> LoadBalancerDocument:
    return LoadBalancerDocument.model_validate(document(**changes))


def text(**changes: Any) -> str:
    given = spec(**changes)
    own = Identity(
        node_name="edge-m1-a1b2c",
        instance_id="5f0c9b1e",
        org_number=1,
        cluster_number=7,
        token=SecretStr(NODE_TOKEN),
        nics=tuple(NicConfig(mac=mac) for mac in MACS),
    )
    packed = render(given, "m1", rendered(given, IDS)["m1"], own, ACCESS)["guestinfo.userdata"]
    return gzip.decompress(base64.b64decode(packed)).decode()


def files(**changes: Any) -> dict[str, dict[str, str]]:
    return {file["path"]: file for file in yaml.safe_load(text(**changes))["write_files"]}


def test_every_variant_fits_the_schema() -> None:
    variants = {"image": text(), "packages": text(install="packages"), "bare": text(services=[])}
    assert complaints(variants) == {}


def test_the_token_is_the_only_secret_and_lies_in_one_file() -> None:
    holders = [path for path, file in files().items() if NODE_TOKEN in file["content"]]
    assert holders == [AGENT_CONFIG]
    assert files()[AGENT_CONFIG]["permissions"] == "0600"


def test_its_first_configuration_is_what_it_would_be_told_later() -> None:
    given = spec()
    later = told(given, "m1", rendered(given, IDS)["m1"], MACS)
    assert files()[FIRST_CONFIGURATION]["content"] == later[channel.CONFIGURATION]


def test_interfaces_are_known_by_their_macs() -> None:
    packed = files()[FIRST_CONFIGURATION]["content"]
    first = json.loads(gzip.decompress(base64.b64decode(packed)))
    words = ("@MANAGEMENT@", "@FRONTEND@", "@WORKLOAD@")
    assert first["nics"] == dict(zip(words, MACS, strict=True))


def test_the_machine_knows_every_file_it_may_be_told() -> None:
    known = [section["path"] for section in json.loads(files()[SECTIONS]["content"])]
    assert known == list(layout.FILES)
    assert set(rendered(spec(), IDS)["m1"].files) <= set(known)


def test_members_share_a_revision_that_follows_states_and_endpoints() -> None:
    def revision(**changes: Any) -> str:
        [name] = {one.revision for one in rendered(spec(**changes), IDS).values()}
        return name

    revisions = {
        revision(),
        revision(serverStates={"east1": "maintenance"}),
        revision(endpoints=[ENDPOINT]),
    }
    assert len(revisions) == 3


def test_programs_are_installed_where_the_template_lacks_them() -> None:
    assert yaml.safe_load(text(install="packages"))["packages"] == list(layout.PACKAGES)
    assert "packages" not in yaml.safe_load(text())


def test_more_than_a_vm_takes_is_refused_with_what_to_do() -> None:
    assert list(check_payload(spec(), ACCESS)) == []
    pools = [
        {
            "name": f"p{number}",
            "servers": [
                server(f"s{number}x{one}", 1, 0, address=f"10.{number}.{one}.{one * 7 % 251}")
                for one in range(1, 251)
            ],
        }
        for number in range(10, 26)
    ]
    wide = [
        {"name": f"web{number}", "vip": "vip1", "ports": [8000 + number], "pools": pools}
        for number in range(6)
    ]
    [fault, *_] = check_payload(spec(services=wide), ACCESS)
    assert fault.path == "services"
    assert "second pair" in fault.message


def test_a_document_that_is_accepted_can_be_read_however_much_it_unpacks_to() -> None:
    name = ".".join(["a" * 60] * 4)
    check = {"type": "http", "tls": True, "path": "/" + "a" * 250, "host": name}
    pools = [
        {
            "name": "all",
            "check": check,
            "servers": [server(f"a{n}", 0, n) for n in range(1, 255)],
        }
    ]
    first = document()["services"][0]
    services = [first | {"name": f"s{n}", "ports": [n], "pools": pools} for n in range(1000, 1012)]
    given = spec(services=services)
    packed = told(given, "m1", rendered(given, IDS)["m1"], MACS)[channel.CONFIGURATION]
    assert not list(check_payload(given, ACCESS))
    assert node_configuration.read(packed).sections.keys() == layout.FILES.keys()

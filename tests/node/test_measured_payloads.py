"""What is accepted fits, whatever the node: measured before there is one."""

import base64
import gzip
import json
import random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from provisioner.bootstrap.bootstrapper import ChosenBootstrapper
from provisioner.bootstrap.errors import PayloadTooLarge
from provisioner.bootstrap.from_spec import node_bootstrap
from provisioner.bootstrap.identity import Identity, ServiceAccess
from provisioner.bootstrap.measuring import check_payloads
from provisioner.bootstrap.model import NicConfig
from provisioner.bootstrap.spec_mark import spec_mark
from provisioner.domain import marks
from provisioner.domain.spec.checks import check
from provisioner.domain.spec.cluster import ClusterSpec, NodePool
from provisioner.domain.spec.reading import read
from tests.unit.documents import cluster_document, pool

ACCESS = ServiceAccess(url="https://provisioner.example.com:8443/pipeline")


def random_text(chance: random.Random, size: int) -> str:
    return base64.urlsafe_b64encode(chance.randbytes(size)).decode().rstrip("=")


def spec_with(chance: random.Random, size: int, **changes: Any) -> ClusterSpec:
    key = "ssh-rsa " + base64.b64encode(chance.randbytes(size)).decode()
    return read(ClusterSpec, cluster_document(sshKeys=[key], **changes), check)


def some_node(spec: ClusterSpec, group: str, chance: random.Random) -> Identity:
    """With a token as long as ours are."""
    token = ".".join((random_text(chance, 48), random_text(chance, 330), random_text(chance, 64)))
    return Identity(
        node_name=f"{spec.name}-{group}-{chance.randbytes(3).hex()[:5]}",
        instance_id=chance.randbytes(16).hex(),
        org_number=chance.randrange(1, 2**31),
        cluster_number=chance.randrange(1, 2**31),
        token=SecretStr(token),
        nics=(NicConfig(mac="00:50:56:" + ":".join(f"{chance.randrange(64):02x}" for _ in "abc")),),
    )


@given(size=st.integers(28_000, 34_000), seed=st.integers(0, 2**32))
@example(size=31_000, seed=1)
@settings(max_examples=15, deadline=None)
def test_what_passes_fits_every_node(size: int, seed: int) -> None:
    chance = random.Random(seed)
    spec = spec_with(chance, size)
    if list(check_payloads(spec, ACCESS)):
        return
    for group in spec.groups():
        node = node_bootstrap(spec, group, some_node(spec, group, chance), ACCESS)
        ChosenBootstrapper().render(node)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=3, deadline=None)
def test_what_does_not_pass_is_not_far_from_the_limit(seed: int) -> None:
    """Little more than a smaller token and name would make room for."""
    chance = random.Random(seed)
    size = next(size for size in range(28_000, 40_000, 500) if _faults(seed, size))
    spec = spec_with(random.Random(seed), size + 2000)
    try:
        identity = some_node(spec, "control-plane", chance)
        ChosenBootstrapper().render(node_bootstrap(spec, "control-plane", identity, ACCESS))
    except PayloadTooLarge:
        return
    raise AssertionError(f"{size} was refused, and 2000 more would have fitted")


def _faults(seed: int, size: int) -> bool:
    return bool(list(check_payloads(spec_with(random.Random(seed), size), ACCESS)))


def test_a_fault_is_laid_to_the_largest_part() -> None:
    chance = random.Random(1)
    labels = {f"key{index}": random_text(chance, 40) for index in range(250)}
    labels = {key: value.strip("-_") for key, value in labels.items()}
    pools = [pool("pool1"), pool("pool2", labels=labels)]
    spec = spec_with(chance, 25_000, nodePools=pools)
    faults = list(check_payloads(spec, ACCESS))
    assert [fault.path for fault in faults] == ["sshKeys"]
    assert "nodePools.1.labels" in faults[0].message
    assert "61440" in faults[0].message


def test_what_masters_carry_of_the_document_is_bounded() -> None:
    """Each pool's own nodes would receive little enough."""
    chance = random.Random(1)
    pools = [
        {"name": f"p{number}", "size": 0, "template": "x", "labels": random_labels(chance, 100)}
        for number in range(40)
    ]
    spec = read(ClusterSpec, cluster_document(nodePools=pools), lambda _: [])
    [fault] = check_payloads(spec, ACCESS)
    assert fault.path.startswith("nodePools.")
    assert "masters" in fault.message
    assert "61440" in fault.message
    assert len(fault.message) < 1000
    bare = [one | {"labels": {}} for one in pools * 5]
    assert (
        list(
            check_payloads(
                spec.model_copy(
                    update={"node_pools": tuple(NodePool.model_validate(one) for one in bare)}
                ),
                ACCESS,
            )
        )
        == []
    )


def random_labels(chance: random.Random, count: int) -> dict[str, str]:
    return {f"l{chance.randbytes(8).hex()}": chance.randbytes(20).hex() for _ in range(count)}


def test_what_masters_carry_tells_the_document_without_what_may_be_secret() -> None:
    proxy = {"http": "http://proxy:3128"}
    spec = read(ClusterSpec, cluster_document(proxy=proxy), lambda _: [])
    carried = spec_mark(spec)
    text = gzip.decompress(base64.b64decode(carried[marks.SPEC])).decode()
    found = json.loads(text)
    assert found["nodePools"][0]["name"] == "pool1"
    assert not {"proxy", "trustedCAs"} & set(found)
    assert spec_mark(spec) == carried

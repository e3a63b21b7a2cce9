"""Whatever is asked for, a VM never gets more than its guest channel carries."""

import base64
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.bootstrap.errors import PayloadTooLarge
from provisioner.bootstrap.guestinfo import LIMIT
from provisioner.bootstrap.kubeadm import KubeadmBootstrapper
from tests.node.machine import a_node


@given(sizes=st.lists(st.integers(1, 40_000), max_size=4), seed=st.randoms())
@settings(max_examples=60, deadline=None)
def test_fits_or_says_so(sizes: list[int], seed: random.Random) -> None:
    keys = tuple("ssh-rsa " + base64.b64encode(seed.randbytes(size)).decode() for size in sizes)
    refusal, longest = None, 0
    try:
        rendered = KubeadmBootstrapper().render(a_node(ssh_keys=keys))
        longest = max(map(len, rendered.values()))
    except PayloadTooLarge as error:
        refusal = error
    if refusal is None:
        assert 0 < longest <= LIMIT
    else:
        assert refusal.size > refusal.limit == LIMIT
        assert "SSH keys" in str(refusal)
        assert sum(sizes) > LIMIT // 2


def test_an_ordinary_node_needs_little() -> None:
    rendered = KubeadmBootstrapper().render(a_node())
    assert sum(map(len, rendered.values())) < LIMIT * 0.4

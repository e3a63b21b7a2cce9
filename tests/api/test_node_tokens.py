"""Verifying node tokens without asking Vault each time."""

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.pke.tokens import NodeTokens
from provisioner.domain.clusters import TOKEN_AUDIENCE, TOKEN_ISSUER
from provisioner.vault.errors import VaultUnavailable

KEYS = {f"node-token:{version}": ec.generate_private_key(ec.SECP256R1()) for version in (1, 2)}


class Source:
    """Vault's part: keys that appear, trouble that comes and goes, and a clock that is turned."""

    def __init__(self) -> None:
        self.known = ["node-token:1"]
        self.down = False
        self.asked = 0
        self.now = 0.0

    def fetch(self) -> dict[str, str]:
        self.asked += 1
        if self.down:
            raise VaultUnavailable("down")
        return {kid: pem(KEYS[kid]) for kid in self.known}

    def tokens(self) -> NodeTokens:
        return NodeTokens(self.fetch, lambda: self.now)


def pem(key: ec.EllipticCurvePrivateKey) -> str:
    spki = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, spki).decode()


def signed(kid: str = "node-token:1", **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": TOKEN_ISSUER,
        "aud": TOKEN_AUDIENCE,
        "sub": "node:n",
        "jti": "j",
        "iat": now,
        "exp": now + 60,
        "node": "n",
        "org": 1,
        "cluster": 2,
        "role": "worker",
    }
    key = KEYS.get(kid, KEYS["node-token:1"])
    return jwt.encode(claims | changes, key, "ES256", {"kid": kid})


def test_keys_are_read_once() -> None:
    source = Source()
    tokens = source.tokens()
    for _ in range(5):
        found = tokens.verify(signed())
        assert found
        assert (found.node, found.org, found.cluster, found.role) == ("n", 1, 2, "worker")
    assert source.asked == 1


def test_a_new_key_is_found() -> None:
    source = Source()
    tokens = source.tokens()
    assert tokens.verify(signed())
    source.known.append("node-token:2")
    source.now = 6.0
    assert tokens.verify(signed("node-token:2"))
    assert tokens.verify(signed())
    assert source.asked == 2


def test_strangers_do_not_set_the_pace() -> None:
    source = Source()
    tokens = source.tokens()
    for _ in range(100):
        assert tokens.verify(signed("node-token:9")) is None
    assert source.asked == 1


def test_what_can_not_be_known_is_not_refused() -> None:
    """A 401 would end a node that only came while Vault was away."""
    source = Source()
    source.down = True
    tokens = source.tokens()
    for _ in range(3):
        with pytest.raises(VaultUnavailable):
            tokens.verify(signed())
    assert source.asked == 1
    source.down, source.now = False, 6.0
    assert tokens.verify(signed())


def test_known_keys_do_without_vault() -> None:
    source = Source()
    tokens = source.tokens()
    assert tokens.verify(signed())
    source.down, source.now = True, 6.0
    with pytest.raises(VaultUnavailable):
        tokens.verify(signed("node-token:2"))
    assert tokens.verify(signed())


@pytest.mark.parametrize("leeway", [0, 20])
def test_clocks_may_differ_a_little(leeway: int) -> None:
    now = int(time.time())
    assert Source().tokens().verify(signed(iat=now + leeway, exp=now + 60))
    assert Source().tokens().verify(signed(exp=now - leeway))


@pytest.mark.parametrize("exp", [0, "soon", None, -1])
def test_odd_expiries(exp: Any) -> None:
    assert Source().tokens().verify(signed(exp=exp)) is None

import base64
import json
import time

import hvac
import jwt
import pytest

from provisioner.vault import layout

AUDIENCE = "pke-provisioner/node"
ISSUER = "https://provisioner.example"


@pytest.fixture
def claims() -> dict[str, object]:
    now = int(time.time())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "node:4711",
        "jti": "e7a1",
        "iat": now - 60,
        "exp": now + 600,
        "role": "master",
        "org": 1,
    }


def verify(token: str, keys: dict[str, str]) -> dict[str, object]:
    key = keys[jwt.get_unverified_header(token)["kid"]]
    required = {"require": ["exp", "iat", "jti", "sub", "aud", "iss"]}
    return jwt.decode(
        token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER, options=required
    )


def signing_input(token: str) -> str:
    return token.rpartition(".")[0]


def test_a_token_verifies_by_the_published_keys(vault, claims):
    token = vault.sign_node_token(claims).get_secret_value()
    assert verify(token, vault.node_token_keys()) == claims


def test_the_header_names_algorithm_and_key_version(vault, root, claims):
    version = root.secrets.transit.read_key(
        layout.NODE_TOKEN_KEY, mount_point=layout.TRANSIT_MOUNT
    )["data"]["latest_version"]
    token = vault.sign_node_token(claims).get_secret_value()
    assert jwt.get_unverified_header(token) == {
        "alg": "ES256",
        "kid": f"node-token:{version}",
        "typ": "JWT",
    }


def test_the_same_claims_in_any_order_are_the_same_bytes(vault, claims):
    backwards = dict(reversed(claims.items()))
    first, second = (vault.sign_node_token(each).get_secret_value() for each in (claims, backwards))
    assert signing_input(first) == signing_input(second)


def test_vault_adds_no_claim(vault):
    token = vault.sign_node_token({"only": "this"}).get_secret_value()
    payload = token.split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == {"only": "this"}


def test_a_changed_token_is_refused(vault, claims):
    header, _, signature = vault.sign_node_token(claims).get_secret_value().split(".")
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "role": "admin"}).encode())
    token = f"{header}.{forged.decode().rstrip('=')}.{signature}"
    with pytest.raises(jwt.InvalidSignatureError):
        verify(token, vault.node_token_keys())


def test_rotation_signs_by_the_new_key_and_still_verifies_the_old(vault, root: hvac.Client, claims):
    old = vault.sign_node_token(claims).get_secret_value()
    root.secrets.transit.rotate_key(layout.NODE_TOKEN_KEY, mount_point=layout.TRANSIT_MOUNT)
    new = vault.sign_node_token(claims).get_secret_value()
    keys = vault.node_token_keys()
    assert jwt.get_unverified_header(old)["kid"] != jwt.get_unverified_header(new)["kid"]
    assert verify(old, keys) == verify(new, keys) == claims


def test_a_retired_key_version_is_no_longer_published(vault, root: hvac.Client, claims):
    old = vault.sign_node_token(claims).get_secret_value()
    root.secrets.transit.rotate_key(layout.NODE_TOKEN_KEY, mount_point=layout.TRANSIT_MOUNT)
    newest = jwt.get_unverified_header(vault.sign_node_token(claims).get_secret_value())["kid"]
    root.secrets.transit.update_key_configuration(
        layout.NODE_TOKEN_KEY,
        min_decryption_version=int(newest.rpartition(":")[2]),
        mount_point=layout.TRANSIT_MOUNT,
    )
    assert set(vault.node_token_keys()) == {newest}
    assert jwt.get_unverified_header(old)["kid"] not in vault.node_token_keys()

"""Digests of what must not be guessed: only Vault can make them."""

from pydantic import SecretStr


def test_the_same_text_has_the_same_and_no_other_has(vault):
    digests = [vault.keyed_digest(SecretStr(text)) for text in ("one", "one", "two")]
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]
    assert "one" not in digests[0]

"""Vault or OpenBao: certificate authorities, secrets and the key that signs node tokens."""

"""The secrets of a cluster, gathered while it lives from where they belong."""

import base64
import gzip
import re
from contextlib import suppress

from provisioner.domain.ids import ResourceId
from provisioner.vault.errors import SecretNotFound
from provisioner.vault.layout import join_token_path
from tests.workflow.subject import Subject

NODE_TOKEN = re.compile(rb"eyJ[\w-]+\.[\w-]+\.[\w-]+")
PUBLIC = ("CERTIFICATE", "PUBLIC KEY")


class SecretsSeen:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.node_tokens: set[bytes] = set()
        self.join_tokens: set[bytes] = set()

    def look(self) -> None:
        """Tokens of both kinds are gone once their node is a member: look often."""
        for machine in self._subject.machines():
            if userdata := machine.extra_config.get("guestinfo.userdata"):
                written = gzip.decompress(base64.b64decode(userdata))
                self.node_tokens |= set(NODE_TOKEN.findall(written))
        for node in self._subject.nodes():
            path = join_token_path(ResourceId(self._subject.id), node.id)
            with suppress(SecretNotFound):
                token = self._subject.site.vault.read_secret(path)["token"]
                self.join_tokens.add(token.get_secret_value().partition(".")[2].encode())

    def keys(self) -> set[bytes]:
        """Of the authorities and the like, in lines: one of them would be enough to tell."""
        made = self._subject.site.vault.cluster_certificates(ResourceId(self._subject.id))
        private = [one for one in made.revealed().values() if not any(w in one for w in PUBLIC)]
        lines = [line for one in private for line in one.splitlines()]
        return {line.encode() for line in lines if "-----" not in line and len(line) > 30}

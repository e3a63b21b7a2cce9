"""What a VM got through guestinfo, decoded as cloud-init's VMware datasource does it."""

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from provisioner.bootstrap.guestinfo import METADATA, USERDATA
from provisioner.bootstrap.layout import AGENT_CONFIG

NOTHING = ("", "---")
CLOUD_CONFIG = "#cloud-config"


@dataclass(frozen=True)
class Interface:
    """`address` without its prefix length, None for DHCP."""

    mac: str
    address: str | None


@dataclass(frozen=True)
class Received:
    """Empty documents where the VM got none; `user_data` is cleared once the node is ready, and is
    empty if it is no cloud-config.
    """

    user_data: dict[str, Any] = field(repr=False)
    metadata: dict[str, Any]

    @property
    def agent_config(self) -> dict[str, Any]:
        files = self.user_data.get("write_files", ())
        found = (file["content"] for file in files if file["path"] == AGENT_CONFIG)
        config: dict[str, Any] = json.loads(next(found, "{}"))
        return config

    @property
    def instance_id(self) -> str:
        return str(self.metadata.get("instance-id", ""))

    def addresses_in_use(self) -> set[str]:
        """Static ones, and those the API of a master's cluster is reached at."""
        init = self.agent_config.get("kubeadm", {}).get("init", "")
        names = [
            name
            for document in yaml.load_all(init, Loader=yaml.CSafeLoader)
            for name in document.get("apiServer", {}).get("certSANs", ())
        ]
        return {*names, *(one.address for one in self.interfaces() if one.address)}

    def interfaces(self) -> list[Interface]:
        """Those that are told by their MACs."""
        ethernets = self.metadata.get("network", {}).get("ethernets", {}).values()
        return [_interface(one) for one in ethernets if "macaddress" in one.get("match", {})]


def received(extra_config: Mapping[str, str]) -> Received:
    given = _value(extra_config, USERDATA)
    user_data = _load(given) if given.startswith(CLOUD_CONFIG) else {}
    return Received(user_data, _load(_value(extra_config, METADATA)))


def _interface(ethernet: dict[str, Any]) -> Interface:
    addresses = ethernet.get("addresses", ())
    address = addresses[0].split("/")[0] if addresses else None
    return Interface(ethernet["match"]["macaddress"].lower(), address)


def _value(extra_config: Mapping[str, str], key: str) -> str:
    raw = extra_config.get(key, "")
    encoding = extra_config.get(f"{key}.encoding", "")
    if raw in NOTHING or not encoding:
        return "" if raw in NOTHING else raw
    decoded = base64.b64decode(raw)
    return (gzip.decompress(decoded) if encoding.startswith("gz") else decoded).decode()


def _load(text: str) -> dict[str, Any]:
    # libyaml's loader: a hundred guests may boot at once.
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader) or {}
    return loaded

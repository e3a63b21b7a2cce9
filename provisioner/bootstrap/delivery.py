"""The programs of a node: which of our sources it gets, and where they lie there."""

import functools
from importlib.resources import files

from provisioner.bootstrap.layout import AGENT, LIBRARY
from provisioner.bootstrap.model import NodeBootstrap

File = dict[str, str]

PROGRAM, TEXT, SECRET = "0755", "0644", "0600"
_ALWAYS = ("__init__", "agent", "failures", "host", "network", "node_api", "reporter", "texts")
_KUBEADM = ("kubeadm", "kubeadm_node", "masters", "waiting")
_ETCD = ("etcd_member", "waiting")

# Isolated Python looks for modules beside no program.
_LAUNCHER = f"""\
#!/usr/bin/python3 -I
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from {LIBRARY} import agent

sys.exit(agent.main())
"""


def agent_files(node: NodeBootstrap) -> list[File]:
    return _agent(_names(node))


def etcd_agent_files() -> list[File]:
    return _agent(sorted((*_ALWAYS, *_ETCD)))


def _agent(names: list[str]) -> list[File]:
    folder = AGENT.rpartition("/")[0]
    modules = [file(f"{folder}/{LIBRARY}/{name}.py", TEXT, _module(name)) for name in names]
    return [file(AGENT, PROGRAM, _LAUNCHER), *modules]


def file(path: str, permissions: str, content: str) -> File:
    """`permissions` as text: YAML would read a bare 0600 as a number."""
    return {"path": path, "owner": "root:root", "permissions": permissions, "content": content}


@functools.cache
def source(name: str) -> str:
    return files("provisioner.bootstrap").joinpath(name).read_text(encoding="utf-8")


def _names(node: NodeBootstrap) -> list[str]:
    return sorted((*_ALWAYS, *_KUBEADM))


def _module(name: str) -> str:
    return source(f"{LIBRARY}/{name}.py")

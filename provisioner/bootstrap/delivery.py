"""The programs of a node: which of our sources it gets, and where they lie there."""

import functools
from importlib.resources import files

from provisioner.bootstrap.layout import AGENT, LIBRARY

File = dict[str, str]

PROGRAM, TEXT, SECRET = "0755", "0644", "0600"
_ALWAYS = (
    "__init__",
    "agent",
    "failures",
    "host",
    "network",
    "node_api",
    "reporter",
    "texts",
    "waiting",
)

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


def agent_files(*modules: str) -> list[File]:
    """`modules` beside those that every machine gets."""
    folder = f"{AGENT.rpartition('/')[0]}/{LIBRARY}"
    names = sorted((*_ALWAYS, *modules))
    written = [file(f"{folder}/{name}.py", TEXT, source(f"{LIBRARY}/{name}.py")) for name in names]
    return [file(AGENT, PROGRAM, _LAUNCHER), *written]


def file(path: str, permissions: str, content: str) -> File:
    """`permissions` as text: YAML would read a bare 0600 as a number."""
    return {"path": path, "owner": "root:root", "permissions": permissions, "content": content}


@functools.cache
def source(name: str) -> str:
    return files("provisioner.bootstrap").joinpath(name).read_text(encoding="utf-8")

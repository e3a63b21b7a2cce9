"""The marks every VM of ours carries in extraConfig.

They live outside `guestinfo.*`, which a guest can rewrite itself.
"""

from collections.abc import Mapping

PREFIX = "pke-provisioner."
OWNER = PREFIX + "owner"
RESOURCE = PREFIX + "resource"
KIND = PREFIX + "kind"
NODE = PREFIX + "node"
GENERATION = PREFIX + "generation"
SPEC = PREFIX + "spec"


def only_marks(extra_config: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in extra_config.items() if key.startswith(PREFIX)}

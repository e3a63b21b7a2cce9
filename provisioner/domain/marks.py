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

# Of templates we made. Their clones inherit them: there they tell what a node was made from.
IMAGE_OWNER = PREFIX + "image.owner"
IMAGE = PREFIX + "image.id"
IMAGE_DEFINITION = PREFIX + "image.definition"
IMAGE_DIGEST = PREFIX + "image.digest"
IMAGE_OS = PREFIX + "image.os"
IMAGE_KUBERNETES = PREFIX + "image.kubernetes"


def only_marks(extra_config: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in extra_config.items() if key.startswith(PREFIX)}

"""What a build is at, as its operation shows it."""

import pytest

from provisioner.images.output import stage


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("==> vsphere-clone.image: Cloning virtual machine...", "Cloning virtual machine"),
        ("==> vsphere-iso.image: Retrieving ISO", "Retrieving ISO"),
        ("==> vsphere-iso.image: Waiting for IP...", "Waiting for IP"),
        (
            "==> vsphere-clone.image: Provisioning with shell script: /a/scripts/kernel.sh",
            "runs kernel.sh",
        ),
    ],
)
def test_a_stage_is_told_in_a_few_words(line: str, at: str) -> None:
    assert stage([line]) == at


def test_the_last_one_counts_and_stays_while_scripts_speak() -> None:
    said = "==> a.image: Waiting for SSH to become available...", "==> a.image: Waiting for IP..."
    assert stage([*said, "==> a.image: Unpacking kubelet (1.35.4-1.1) ..."]) == "Waiting for IP"
    assert stage(["==> a.image: Unpacking kubelet (1.35.4-1.1) ..."]) is None

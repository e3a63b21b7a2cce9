"""Why a build failed, made of what Packer said."""

from provisioner.images.output import reason

# As Packer 1.15 says it.
EXIT = "Script exited with non-zero exit status: 1. Allowed exit codes are: [0]"


def told(*of_the_machine: str, end: str = EXIT) -> list[str]:
    return [
        *(f"==> vsphere-clone.image: {line}\n" for line in of_the_machine),
        f"Build 'vsphere-clone.image' errored after 17 seconds 741 milliseconds: {end}",
        "==> Some builds didn't complete successfully and had errors:",
        end,
        f"--> vsphere-clone.image: {end}",
    ]


def test_a_failing_step_is_told_by_its_own_words() -> None:
    noise = "debconf: delaying package configuration, since apt-utils is not installed"
    assert reason(told(noise, "no package of kubeadm 1.35.99")) == "no package of kubeadm 1.35.99"


def test_a_step_that_says_nothing_is_told_by_packers() -> None:
    assert reason(told()) == EXIT


def test_each_cause_is_told_once() -> None:
    assert reason(told(end="timeout waiting for IP address")) == "timeout waiting for IP address"


def test_of_many_causes_the_last_ones_are_told() -> None:
    assert reason(told(*"abcdef")) == "c / d / e / f"


def test_nothing_said_is_no_reason() -> None:
    assert reason([]) == ""

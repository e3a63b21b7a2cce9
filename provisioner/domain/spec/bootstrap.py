"""How a VM becomes a node, and where its programs come from."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from provisioner.domain.spec.document import Document, PackageName, PreflightCheck, RepositoryUrl

# The parts of a configuration document of Kubernetes that users set themselves.
Overlay = Annotated[dict[str, JsonValue], Field(max_length=256)]
PreflightChecks = Annotated[tuple[PreflightCheck, ...], Field(max_length=64)]


class Packages(Document):
    """Where a node's package manager finds its programs."""

    repository: RepositoryUrl | None = Field(
        default=None,
        description="URL of the Kubernetes packages: a flat apt repository or a yum repository; "
        "{minor} stands for the version's first two numbers. Default: pkgs.k8s.io.",
    )
    key: str | None = Field(
        default=None,
        max_length=32 * 1024,
        description="The key the repository is signed with, ASCII-armored. Needed with repository.",
    )
    mirror: RepositoryUrl | None = Field(
        default=None,
        description="Mirror of the operating system's packages, used in place of the image's own.",
    )
    security_mirror: RepositoryUrl | None = Field(
        default=None,
        description="Mirror of Debian's security updates, beside mirror; of Ubuntu they are on "
        "the mirror itself.",
    )
    containerd: PackageName = Field(
        default="containerd", description="Name of the package that brings containerd."
    )
    patch: Literal["exact", "newest"] = Field(
        default="exact",
        description="exact installs kubernetes.version, newest the newest patch of its minor.",
    )


class Bootstrap(Document):
    method: Literal["kubeadm", "pke"] = Field(
        default="kubeadm", description="What makes a node: kubeadm, or the template's own pke."
    )
    install: Literal["image", "packages"] = Field(
        default="image",
        description="Whether containerd, kubelet and kubeadm are in the template, or are "
        "installed by apt or yum at first boot.",
    )
    packages: Packages | None = Field(
        default=None, description="Where they come from, with install packages."
    )

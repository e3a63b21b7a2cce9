import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.kubernetes.images import images as lab_images
from lab.kubernetes.versions import RELEASES
from provisioner.kubernetes.addons.images import rewritten, with_registry
from tests.kubernetes.addons import rendered

REGISTRY = "registry.example.com:5000/mirror"


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("quay.io/metallb/speaker:v1", f"{REGISTRY}/metallb/speaker:v1"),
        ("registry.k8s.io/pause:3.10", f"{REGISTRY}/pause:3.10"),
        ("localhost/x:1", f"{REGISTRY}/x:1"),
        ("host:5000/x/y@sha256:ab", f"{REGISTRY}/x/y@sha256:ab"),
        ("calico/node:v3", f"{REGISTRY}/calico/node:v3"),
        ("busybox", f"{REGISTRY}/busybox"),
    ],
)
def test_the_host_is_replaced_and_the_rest_kept(image, expected):
    assert rewritten(image, REGISTRY) == expected


@given(st.from_regex(r"[a-z]{1,9}\.io/[a-z]{1,9}(/[a-z]{1,9})?:v[0-9]", fullmatch=True))
def test_without_a_registry_nothing_changes(image):
    assert rewritten(image, None) == image


@pytest.mark.parametrize("add_on", rendered.ALL, ids=lambda one: one.name)
def test_every_image_of_an_add_on_comes_from_the_registry(add_on):
    found = [image for body in add_on.objects for image in images(with_registry(body, REGISTRY))]
    assert found
    assert all(image.startswith(f"{REGISTRY}/") for image in found)


@pytest.mark.parametrize("minor", RELEASES)
def test_the_labs_nodes_have_the_images_of_what_runs_there(minor):
    there = {image.name for image in lab_images(RELEASES[minor])}
    for add_on in (rendered.cni(), rendered.load_balancer()):
        assert {image for body in add_on.objects for image in images(body)} <= there


def test_schemas_that_speak_of_containers_are_left_alone():
    schema = {"properties": {"containers": {"items": {"properties": {"image": {}}}}}}
    body = {"kind": "CustomResourceDefinition", "spec": {"schema": schema}}
    assert with_registry(body, REGISTRY) == body


def images(value):
    if isinstance(value, list):
        for one in value:
            yield from images(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "image":
                yield one
            else:
                yield from images(one)

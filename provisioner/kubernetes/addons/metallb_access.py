"""What MetalLB's two programs may do."""

from collections.abc import Iterator

from provisioner.kubernetes.addons.building import READ, cluster_role, placed, role, rule
from provisioner.kubernetes.addons.metallb_definitions import GROUP, KINDS, NAMESPACE, WEBHOOKS
from provisioner.kubernetes.addons.model import Object

CONTROLLER, SPEAKER = "controller", "speaker"
MEMBERLIST = "memberlist"
_CONFIGURATION = [kind for kind in KINDS if not kind.startswith("service")]
_CHANGE = (*READ, "create", "delete", "patch", "update")


def access() -> Iterator[Object]:
    yield from _controller(placed("ServiceAccount", NAMESPACE, CONTROLLER))
    yield from _speaker(placed("ServiceAccount", NAMESPACE, SPEAKER))


def _controller(account: Object) -> Iterator[Object]:
    yield account
    yield from role(
        CONTROLLER,
        account,
        (
            # It makes the speakers' common secret and renews its webhooks' certificate.
            rule("", ["secrets"], _CHANGE),
            rule("apps", ["deployments"], ["get"], [CONTROLLER]),
            rule(GROUP, _CONFIGURATION, READ),
            rule(GROUP, ["ipaddresspools/status"], ["update"]),
        ),
    )
    definitions = [f"{plural}.{GROUP}" for plural in _CONFIGURATION]
    hooks = ("admissionregistration.k8s.io", ["validatingwebhookconfigurations"])
    kinds = ("apiextensions.k8s.io", ["customresourcedefinitions"])
    yield from cluster_role(
        f"{NAMESPACE}:{CONTROLLER}",
        account,
        (
            rule("", ["services", "namespaces"], READ),
            rule("", ["nodes"], ["list"]),
            rule("", ["services/status"], ["update"]),
            rule("", ["events"], ["create", "patch"]),
            rule(*hooks, _CHANGE, [WEBHOOKS]),
            rule(*hooks, ["list", "watch"]),
            rule(*kinds, _CHANGE, definitions),
            rule(*kinds, ["list", "watch"]),
        ),
    )


def _speaker(account: Object) -> Iterator[Object]:
    yield account
    yield from role(
        SPEAKER,
        account,
        (
            rule("", ["pods"], ["get", "list"]),
            rule("", ["secrets", "configmaps"], READ),
            rule(GROUP, _CONFIGURATION, READ),
            rule(GROUP, ["servicebgpstatuses", "servicebgpstatuses/status"], ["*"]),
        ),
    )
    yield from cluster_role(
        f"{NAMESPACE}:{SPEAKER}",
        account,
        (
            rule(GROUP, ["servicel2statuses", "servicel2statuses/status"], ["*"]),
            rule("", ["services", "endpoints", "nodes", "namespaces"], READ),
            rule("discovery.k8s.io", ["endpointslices"], READ),
            rule("", ["events"], ["create", "patch"]),
        ),
    )

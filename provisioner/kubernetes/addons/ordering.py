"""The order in which objects can be applied; backwards, the one in which they can be removed."""

from provisioner.kubernetes.addons.model import Reference

NAMESPACE, DEFINITION = "Namespace", "CustomResourceDefinition"

_RANKS = {
    kind: rank
    for rank, kinds in enumerate(
        (
            (NAMESPACE,),
            (DEFINITION,),
            ("ServiceAccount", "PriorityClass", "CSIDriver", "IngressClass"),
            ("Role", "ClusterRole"),
            ("RoleBinding", "ClusterRoleBinding"),
            ("ConfigMap", "Secret"),
            ("Service",),
            ("Deployment", "DaemonSet", "StatefulSet", "Job", "CronJob"),
            ("StorageClass", "PodDisruptionBudget", "APIService"),
            ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"),
        )
    )
    for kind in kinds
}
# Kinds that an add-on itself brings: they need its definitions, programs and webhooks.
_OWN_KINDS = max(_RANKS.values()) + 1


def rank(found: Reference) -> int:
    return _RANKS.get(found.kind, _OWN_KINDS)

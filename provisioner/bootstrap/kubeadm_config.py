"""kubeadm's inputs as far as the service knows them.

What only the machine learns stands as @ADDRESS@, @TOKEN@ and the like; the agent fills it in.
"""

import json
from typing import Any

from provisioner.bootstrap.certificates import EXTERNAL_ETCD, PKI
from provisioner.bootstrap.layout import CONTAINER_RUNTIME, DISCOVERY, ENCRYPTION_CONFIG
from provisioner.bootstrap.model import ExternalEtcd, NodeBootstrap

API_VERSION = "kubeadm.k8s.io/v1beta4"
POOL_LABEL = "nodepool.banzaicloud.io/name"
CONTROL_PLANE_TAINT = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
# The slowest part of a start on small machines is etcd and the API server coming up.
TIMEOUTS = {"controlPlaneComponentHealthCheck": "6m0s"}

Document = dict[str, Any]


def init_documents(node: NodeBootstrap) -> str:
    """What the first master starts the cluster with."""
    overlaid = [_kubelet(node)]
    if node.kubernetes.kube_proxy_configuration:
        overlaid.append(_kube_proxy(node))
    parts = [json.dumps(_init(node)), json.dumps(_cluster(node)), *map(_untouched, overlaid)]
    return "\n---\n".join(parts)


def _untouched(document: Document) -> str:
    """The same in JSON, and nothing that the agent would fill in: users' fields are their own."""
    return json.dumps(document).replace("@", "\\u0040")


def join_document(node: NodeBootstrap) -> str:
    """The authority is known beforehand, so discovery needs no cluster-info and no CA hash."""
    document = _document(
        "JoinConfiguration",
        discovery={"file": {"kubeConfigPath": DISCOVERY}, "tlsBootstrapToken": "@TOKEN@"},
        nodeRegistration=_registration(node),
        timeouts=TIMEOUTS,
    )
    if node.role == "master":
        document["controlPlane"] = {"localAPIEndpoint": _local_endpoint(node)}
    return json.dumps(document)


def discovery_document() -> str:
    """A kubeconfig without credentials; kubeadm takes the unnamed cluster."""
    cluster = {"server": "https://@SERVER@", "certificate-authority-data": "@AUTHORITY@"}
    clusters = [{"name": "", "cluster": cluster}]
    return json.dumps({"apiVersion": "v1", "kind": "Config", "clusters": clusters})


def named(values: dict[str, str]) -> list[dict[str, str]]:
    """v1beta4's form of extra arguments."""
    return [{"name": name, "value": value} for name, value in values.items()]


def _document(kind: str, **fields: Any) -> Document:
    return {"apiVersion": API_VERSION, "kind": kind, **fields}


def _init(node: NodeBootstrap) -> Document:
    return _document(
        "InitConfiguration",
        # kubeadm's own would live for a day.
        bootstrapTokens=[{"token": "@TOKEN@", "ttl": "1m0s"}],
        localAPIEndpoint=_local_endpoint(node),
        nodeRegistration=_registration(node),
        timeouts=TIMEOUTS,
    )


def _local_endpoint(node: NodeBootstrap) -> Document:
    """Always explicit: left to choose, kubeadm may take the floating address."""
    return {"advertiseAddress": "@ADDRESS@", "bindPort": node.api_port}


def _cluster(node: NodeBootstrap) -> Document:
    document = _document(
        "ClusterConfiguration",
        kubernetesVersion=f"v{node.kubernetes.version}",
        clusterName=node.cluster_name,
        controlPlaneEndpoint=endpoint(node.api_host, node.api_port),
        encryptionAlgorithm="ECDSA-P256",
        apiServer=_api_server(node),
        networking={
            "podSubnet": str(node.kubernetes.pod_cidr),
            "serviceSubnet": str(node.kubernetes.service_cidr),
            "dnsDomain": "cluster.local",
        },
    )
    if node.image_registry:
        document["imageRepository"] = node.image_registry
        # kubeadm drops this part of the name where the registry is not its own.
        document["dns"] = {"imageRepository": f"{node.image_registry}/coredns"}
    if node.etcd:
        document["etcd"] = {"external": _external_etcd(node.etcd)}
    return document


def _external_etcd(etcd: ExternalEtcd) -> Document:
    files = {key: f"{PKI}/{path}" for key, (path, _) in EXTERNAL_ETCD.items()}
    return {
        "endpoints": list(etcd.endpoints),
        "caFile": files["externalEtcdCaCert"],
        "certFile": files["externalEtcdClientCert"],
        "keyFile": files["externalEtcdClientKey"],
    }


def endpoint(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _api_server(node: NodeBootstrap) -> Document:
    # 127.0.0.1 is for the check that keepalived runs.
    arguments = {"encryption-provider-config": ENCRYPTION_CONFIG}
    if node.etcd and node.etcd.prefix:
        arguments["etcd-prefix"] = node.etcd.prefix
    names = (node.endpoint.dns_name, node.endpoint.vip, "127.0.0.1", "localhost")
    return {
        "certSANs": [str(name) for name in names if name],
        "extraArgs": named(arguments),
        "extraVolumes": [
            {
                "name": "encryption-provider-config",
                "hostPath": ENCRYPTION_CONFIG,
                "mountPath": ENCRYPTION_CONFIG,
                "readOnly": True,
                "pathType": "File",
            }
        ],
    }


def _kubelet(node: NodeBootstrap) -> Document:
    """For all nodes: those that join find it in the cluster."""
    ours: Document = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "cgroupDriver": "systemd",
        "rotateCertificates": True,
        "serverTLSBootstrap": True,
    }
    return merged(ours, node.kubernetes.kubelet_configuration)


def _kube_proxy(node: NodeBootstrap) -> Document:
    ours: Document = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
    }
    return merged(ours, node.kubernetes.kube_proxy_configuration)


def merged(ours: Document, theirs: Document) -> Document:
    """Field by field and deeply; a list is replaced as a whole."""
    result = dict(ours)
    for key, value in theirs.items():
        own = result.get(key)
        if isinstance(own, dict) and isinstance(value, dict):
            value = merged(own, value)
        result[key] = value
    return result


def _registration(node: NodeBootstrap) -> Document:
    labels = {POOL_LABEL: node.node_pool} | node.labels
    joined = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    arguments = {"node-labels": joined, "node-ip": "@ADDRESS@"}
    if node.external_cloud_provider:
        arguments["cloud-provider"] = "external"
    registration: Document = {
        "name": node.node_name,
        "criSocket": CONTAINER_RUNTIME,
        "imagePullPolicy": "IfNotPresent",
        "taints": _taints(node),
        "kubeletExtraArgs": named(arguments),
    }
    if node.kubernetes.ignore_preflight_errors:
        ignored = list(node.kubernetes.ignore_preflight_errors)
        registration["ignorePreflightErrors"] = ignored
    return registration


def _taints(node: NodeBootstrap) -> list[dict[str, str]]:
    """An empty list means none: left out, kubeadm would taint every master."""
    taints = [taint.model_dump() for taint in node.taints]
    if node.role == "master" and not node.schedulable:
        taints.insert(0, dict(CONTROL_PLANE_TAINT))
    return taints

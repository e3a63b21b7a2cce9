"""The base of all documents users write: camelCase outside, frozen, nothing unknown accepted."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from provisioner.domain import image_queries


class Document(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
# Resolvers take a name for an address when its last label is a number, such as 127.1 and 0x7f.
_DNS_NAME = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z]([-a-z0-9]*[a-z0-9])?$"
# Pydantic takes \d for the digits of any script.
_VERSION = r"^1\.[0-9]{1,3}\.[0-9]{1,3}$"
_PORT = "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
_PROXY = rf"^https?://([^\s/@:]+|\[[0-9A-Fa-f:.]+\])(:{_PORT})?/?$"
_PUBLIC_KEY = r"^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^\n]*)?$"
_KEY = r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"
_HOST = r"^([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$"
_THUMBPRINT = r"^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$"
_FOLDER_PATH = r"^(/[^/]+){3,}$"
_VALUE = r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"
_HTTPS_URL = r"^https://[^\s/@?#]+(/[^\s#]*)?$"
_FILE_NAME = r"^[A-Za-z0-9][-A-Za-z0-9_.]*\.ya?ml$"
_REPOSITORY = r"^https?://[^\s/@?#\"']+(/[^\s?#\"']*)?$"
_PACKAGE = r"^[a-z0-9][-a-z0-9+.]*$"
_DIGEST = r"^[0-9a-f]{64}$"
_REGISTRY = rf"^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:{_PORT})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$"
_REGISTRY_HOST = rf"^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:{_PORT})?$"
_PREFLIGHT_CHECK = r"^[A-Za-z][-A-Za-z0-9._]*$"
_ETCD_ENDPOINT = r"^https://[^\s/@:]+:[0-9]{1,5}$"
_IMAGE_VARIABLE = r"^[a-z][a-z0-9_]*$"
_DOTTED = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
_KEY_PREFIX = r"^(/[A-Za-z0-9][A-Za-z0-9._-]*)+$"

# What a text should look like, for those who do not read patterns.
IN_WORDS = {
    _LABEL: "use lower-case letters, digits and inner hyphens, such as team-a",
    _DNS_NAME: "write a DNS name in lower case and no address, such as api.example.com",
    _VERSION: "write a Kubernetes version such as 1.35.0",
    _PROXY: "write a URL without user and path, such as http://proxy.example.com:3128",
    _PUBLIC_KEY: "write one public key on one line, such as ssh-ed25519 AAAA... you@example.com",
    _KEY: "write a label key such as example.com/tier",
    _HOST: "give the host alone, such as vcenter.example.com; the port goes to port (--port)",
    _THUMBPRINT: "write the SHA-256 of the certificate: 32 pairs of hexadecimal digits, AB:CD:...",
    _FOLDER_PATH: "write the path of a folder below a datacenter's vm folder, such as "
    "/DC1/vm/kubernetes; the vm folder itself holds templates, and this one is to be the "
    "service's alone",
    _REPOSITORY: "write an http:// or https:// URL without user and password, such as "
    "https://packages.example.com/kubernetes/{minor}/deb/",
    _PACKAGE: "write a package's name, such as containerd.io",
    _VALUE: "use letters, digits and inner '-', '_' or '.', or nothing",
    _HTTPS_URL: "write an https:// URL without user and password, such as "
    "https://mirror.example.com/calico.yaml",
    _FILE_NAME: "write the name of a .yaml file without folders, such as calico.yaml",
    _DIGEST: "write 64 hexadecimal digits in lower case, as sha256sum prints them",
    _REGISTRY: "write host[:port][/path] without scheme, such as registry.example.com:5000/mirror",
    _REGISTRY_HOST: "write host[:port] without scheme and path, such as registry.example.com:5000",
    _PREFLIGHT_CHECK: "write the name of one of kubeadm's checks, such as NumCPU",
    _ETCD_ENDPOINT: "write a URL with its port, such as https://10.0.0.21:2379",
    _IMAGE_VARIABLE: "use lower-case letters, digits and '_', such as apt_mirror",
    _DOTTED: "use lower-case letters, digits and inner hyphens or dots, such as ubuntu-24.04-node",
    _KEY_PREFIX: "write a path such as /clusters/demo",
}


def _a_query(text: str) -> str:
    image_queries.parse(text)
    return text


# A DNS label (RFC 1123), since it becomes part of hostnames.
Label = Annotated[str, StringConstraints(pattern=_LABEL, min_length=1, max_length=63)]
DnsName = Annotated[str, StringConstraints(pattern=_DNS_NAME, max_length=253)]
Version = Annotated[str, StringConstraints(pattern=_VERSION)]
ProxyUrl = Annotated[str, StringConstraints(pattern=_PROXY)]
PublicKey = Annotated[str, StringConstraints(pattern=_PUBLIC_KEY)]
LabelKey = Annotated[str, StringConstraints(pattern=_KEY, max_length=317)]
LabelValue = Annotated[str, StringConstraints(pattern=_VALUE, max_length=63)]
Host = Annotated[str, StringConstraints(pattern=_HOST, max_length=255)]
Thumbprint = Annotated[str, StringConstraints(pattern=_THUMBPRINT)]
FolderPath = Annotated[str, StringConstraints(pattern=_FOLDER_PATH, max_length=1024)]
HttpsUrl = Annotated[str, StringConstraints(pattern=_HTTPS_URL, max_length=2048)]
ManifestFile = Annotated[str, StringConstraints(pattern=_FILE_NAME, max_length=255)]
Digest = Annotated[str, StringConstraints(pattern=_DIGEST)]
Registry = Annotated[str, StringConstraints(pattern=_REGISTRY, max_length=255)]
RegistryHost = Annotated[str, StringConstraints(pattern=_REGISTRY_HOST, max_length=255)]
PreflightCheck = Annotated[str, StringConstraints(pattern=_PREFLIGHT_CHECK)]
RepositoryUrl = Annotated[str, StringConstraints(pattern=_REPOSITORY, max_length=2048)]
PackageName = Annotated[str, StringConstraints(pattern=_PACKAGE, max_length=128)]
EtcdEndpoint = Annotated[str, StringConstraints(pattern=_ETCD_ENDPOINT, max_length=300)]
ImageVariable = Annotated[str, StringConstraints(pattern=_IMAGE_VARIABLE, max_length=63)]
DottedName = Annotated[str, StringConstraints(pattern=_DOTTED, min_length=1, max_length=63)]
KeyPrefix = Annotated[str, StringConstraints(pattern=_KEY_PREFIX, max_length=200)]
# A vCenter object's name, or its absolute inventory path.
InventoryName = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
ImageQuery = Annotated[str, StringConstraints(max_length=255), AfterValidator(_a_query)]
Vcpu = Annotated[int, Field(ge=1, le=768)]
MemoryMiB = Annotated[int, Field(ge=512, le=25_165_824, multiple_of=4)]
DiskGiB = Annotated[int, Field(ge=1, le=63_488)]

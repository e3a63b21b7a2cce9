"""Every add-on with everything it can have, rendered without a cluster."""

from pydantic import SecretStr

from provisioner.domain import add_ons
from provisioner.kubernetes.addons import cloud_provider, flannel, metallb, storage_driver
from provisioner.kubernetes.addons.cloud_provider import CloudProvider
from provisioner.kubernetes.addons.flannel import Flannel
from provisioner.kubernetes.addons.model import AddOn
from provisioner.kubernetes.addons.storage_driver import StorageDriver
from provisioner.kubernetes.addons.vsphere import VSphere

VIP = "10.77.0.100"
PASSWORD = 'se"cret\\'
VSPHERE = VSphere(
    "vcenter.example.com", 443, SecretStr("csi@vsphere.local"), SecretStr(PASSWORD), ("DC1",), "PEM"
)


def cni(pod_cidr: str = "10.244.0.0/16") -> AddOn:
    config = Flannel(pod_cidr, VIP, 6443, add_ons.FLANNEL, add_ons.FLANNEL_PLUGIN)
    return AddOn(add_ons.CNI, "flannel", add_ons.FLANNEL, flannel.objects(config))


def load_balancer(*ranges: str) -> AddOn:
    objects = metallb.objects(ranges or ("10.77.0.200-10.77.0.220",), add_ons.METALLB, True)
    return AddOn(add_ons.LOAD_BALANCER, "metallb", add_ons.METALLB, objects)


def cloud(floating: str | None = VIP) -> AddOn:
    version = add_ons.cloud_provider_version("1.35.4")
    objects = cloud_provider.objects(CloudProvider(VSPHERE, floating, version))
    return AddOn(add_ons.CLOUD_PROVIDER, "vsphere-cpi", version, objects)


def storage(policy: str | None = "gold", masters: int = 3) -> AddOn:
    config = StorageDriver(VSPHERE, "5b7b4a5e", masters, policy, add_ons.CSI)
    objects = storage_driver.objects(config)
    return AddOn(add_ons.STORAGE_DRIVER, "vsphere-csi", add_ons.CSI, objects)


ALL = (cni(), cloud(), storage(), load_balancer())

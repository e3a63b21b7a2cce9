"""The configuration of the vSphere provider within Kubernetes, as pke's versions have it."""

from provisioner.bootstrap.model import VSphereWorkspace


def vsphere_conf(cloud: VSphereWorkspace) -> str:
    """With @VSPHEREUSER@ and @VSPHEREPASSWORD@, which the machine fetches."""
    sections = {
        "Global": {},
        f'VirtualCenter "{cloud.server}"': {
            "port": str(cloud.port),
            "datacenters": cloud.datacenter,
            "user": "@VSPHEREUSER@",
            "password": "@VSPHEREPASSWORD@",
        },
        "Workspace": {
            "server": cloud.server,
            "datacenter": cloud.datacenter,
            "default-datastore": cloud.datastore,
            "resourcepool-path": cloud.resource_pool,
            "folder": cloud.folder,
        },
        "Disk": {"scsicontrollertype": "pvscsi"},
    }
    return "\n".join(_section(name, values) for name, values in sections.items())


def _section(name: str, values: dict[str, str]) -> str:
    lines = [f'{key} = "{_escaped(value)}"' for key, value in values.items()]
    return "\n".join((f"[{name}]", *lines)) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')

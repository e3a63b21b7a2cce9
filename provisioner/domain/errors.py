"""The root of every error this product raises on purpose.

ProvisionerError
  domain:      InvalidSpec, ... (beside what raises them)
  store:       provisioner.store.errors
  vSphere:     provisioner.vsphere.errors
  Vault:       provisioner.vault.errors
  Kubernetes:  provisioner.kubernetes.errors
  etcd:        provisioner.etcd.errors
  bootstrap:   provisioner.bootstrap.errors
"""

from datetime import timedelta
from typing import ClassVar


class ProvisionerError(Exception):
    """Says what was tried and what the user can do; the cause is chained, never repeated.

    `transient` tells whether the same call may succeed later without anybody acting;
    `of_this_attempt`, of what is not, whether a new VM of another name, and perhaps on another
    host, may fare better: unset where every attempt at a node would end like this one;
    `expected`, that something just begun takes its time: no trouble as long as it passes;
    `again_after`, when to try again, if not ever more seldom.
    """

    transient: ClassVar[bool] = False
    of_this_attempt: ClassVar[bool] = False
    expected: ClassVar[bool] = False
    again_after: timedelta | None = None

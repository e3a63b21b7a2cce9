"""What can go wrong between us and a cluster's etcd.

EtcdError
  EtcdUnreachable     no member answers, or none that has a leader: transient
  EtcdUntrusted       whoever answers is not verified by the cluster's etcd authority
  CredentialsRefused  etcd does not accept our client certificate
  RequestRefused      it knows us and says no
  PrefixTaken         somebody else's keys lie where a cluster's own are to be
  QuorumAtRisk        too few would be left that answer; somebody may come back: transient
  NoQuorum            too few members answer at present: transient
"""

from provisioner.domain.errors import ProvisionerError


class EtcdError(ProvisionerError):
    """The root of this tree."""


class EtcdUnreachable(EtcdError):
    transient = True


class EtcdUntrusted(EtcdError):
    pass


class CredentialsRefused(EtcdError):
    pass


class RequestRefused(EtcdError):
    pass


class PrefixTaken(EtcdError):
    pass


class QuorumAtRisk(EtcdError):
    transient = True


class NoQuorum(EtcdError):
    transient = True

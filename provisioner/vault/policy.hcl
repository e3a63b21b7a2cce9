# What the service may do in Vault or OpenBao: this and nothing else.
# The paths are those of provisioner/vault/layout.py.

# Its own token.
path "auth/token/lookup-self" { capabilities = ["read"] }
path "auth/token/renew-self"  { capabilities = ["update"] }

# One PKI mount per cluster and authority, and no other kind of mount.
path "sys/mounts/clusters/+/pki/+" {
  capabilities       = ["create", "update", "delete"]
  allowed_parameters = {
    "type" = ["pki"]
    "*"    = []
  }
}
path "clusters/+/pki/+/config/ca"                    { capabilities = ["update"] }
path "clusters/+/pki/+/ca/pem"                       { capabilities = ["read"] }
path "clusters/+/pki/kubernetes/roles/admin"         { capabilities = ["create", "update"] }
path "clusters/+/pki/kubernetes/roles/provisioner"   { capabilities = ["create", "update"] }
path "clusters/+/pki/kubernetes/issue/admin"         { capabilities = ["update"] }
path "clusters/+/pki/kubernetes/issue/provisioner"   { capabilities = ["update"] }

# The etcd of a cluster's own masters: members that leave, and its health.
path "clusters/+/pki/etcd/roles/provisioner"         { capabilities = ["create", "update"] }
path "clusters/+/pki/etcd/issue/provisioner"         { capabilities = ["update"] }

# The authority of an etcd cluster of VMs: its key is made here and stays here.
path "clusters/+/pki/etcd/root/generate/internal"    { capabilities = ["update"] }
path "clusters/+/pki/etcd/roles/member"              { capabilities = ["create", "update"] }
path "clusters/+/pki/etcd/roles/client"              { capabilities = ["create", "update"] }
path "clusters/+/pki/etcd/issue/member"              { capabilities = ["update"] }
path "clusters/+/pki/etcd/issue/client"              { capabilities = ["update"] }

# Secrets of clusters. The authorities' keys are written once and never overwritten.
path "pke-provisioner/data/clusters/*"               { capabilities = ["create", "update", "read"] }
path "pke-provisioner/data/clusters/+/certificates"  { capabilities = ["create", "read"] }
path "pke-provisioner/metadata/clusters/*"           { capabilities = ["list", "delete"] }

# Credentials of vCenters.
path "pke-provisioner/data/vcenters/*"               { capabilities = ["create", "update", "read"] }
path "pke-provisioner/metadata/vcenters/*"           { capabilities = ["delete"] }

# Credentials that documents name: for storage, etcd clusters and registries.
path "pke-provisioner/data/secrets/*"                { capabilities = ["create", "update", "read"] }
path "pke-provisioner/metadata/secrets/*"            { capabilities = ["delete"] }

# Node tokens are signed in here: the key never leaves.
path "pke-provisioner-transit/sign/node-token"       { capabilities = ["update"] }
path "pke-provisioner-transit/keys/node-token"       { capabilities = ["read"] }

# Digests of requests that hold secrets, which nobody can guess without this key.
path "pke-provisioner-transit/hmac/request-digest"   { capabilities = ["update"] }

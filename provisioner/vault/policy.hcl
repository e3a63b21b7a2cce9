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

# Secrets of clusters. The authorities' keys are written once and never overwritten.
path "pke-provisioner/data/clusters/*"               { capabilities = ["create", "update", "read"] }
path "pke-provisioner/data/clusters/+/certificates"  { capabilities = ["create", "read"] }
path "pke-provisioner/metadata/clusters/*"           { capabilities = ["list", "delete"] }

# Credentials of vCenters.
path "pke-provisioner/data/vcenters/*"               { capabilities = ["create", "update", "read"] }
path "pke-provisioner/metadata/vcenters/*"           { capabilities = ["delete"] }

# Node tokens are signed in here: the key never leaves.
path "pke-provisioner-transit/sign/node-token"       { capabilities = ["update"] }
path "pke-provisioner-transit/keys/node-token"       { capabilities = ["read"] }

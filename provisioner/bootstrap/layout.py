"""Where things lie on a node. The agent, which must stand alone, repeats those it uses."""

AGENT = "/usr/local/lib/pke-provisioner/agent.py"
# The package beside the agent, which imports it by this name.
LIBRARY = "node"
AGENT_CONFIG = "/etc/pke-provisioner/agent.json"
AGENT_UNIT = "pke-node-agent.service"
DISCOVERY = "/etc/pke-provisioner/discovery.conf"
CHECK_API = "/usr/local/lib/pke-provisioner/check_api.py"
STATE = "/var/lib/pke-provisioner"
ENCRYPTION_CONFIG = "/etc/kubernetes/encryption-provider-config.yaml"
CONTAINER_RUNTIME = "unix:///run/containerd/containerd.sock"

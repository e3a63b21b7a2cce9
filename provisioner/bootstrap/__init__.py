"""What a node gets with its VM, and the agent that turns the VM into a node."""

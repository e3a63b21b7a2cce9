"""The data centre's network: bridges and their services in a network namespace of the lab's own.

The namespace has no name and lives as long as a process is in it, as do the mounts of its mount
namespace: whatever is killed, and however, nothing of it is left on the machine.
"""

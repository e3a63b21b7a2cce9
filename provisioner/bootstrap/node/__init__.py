"""The node agent, delivered to each machine as this package: standard library, Python 3.9."""

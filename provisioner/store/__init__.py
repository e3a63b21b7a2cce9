"""The one source of truth: specs, nodes, leases, operations, events. SQLAlchemy, synchronous.

Repositories are plain functions over a session. Every write about a resource first locks its row.
"""

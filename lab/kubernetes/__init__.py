"""Kubernetes and what runs beside it, built from pinned Go modules into the lab's cache."""

"""The Kubernetes API of the clusters we made."""

"""An in-memory Kubernetes API: what a client of a small cluster needs, on real TLS."""

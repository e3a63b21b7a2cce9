"""The etcd that a cluster's masters hold together."""

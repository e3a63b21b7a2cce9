"""What users ask for. `document` holds the shared base, `cluster` the cluster's own document."""

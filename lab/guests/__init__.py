"""Stand-in guests: they run the delivered node agent as a VM would."""

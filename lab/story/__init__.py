"""`make lab`: a cluster's life with nothing faked but the hypervisor."""

"""`make bench`: what a pool of 100 VMs costs, counted, beside the least it could cost."""

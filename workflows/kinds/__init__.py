"""What differs between kinds of resources made of VMs. Everything else knows only this seam."""

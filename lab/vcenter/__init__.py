"""The lab's vCenter: govmomi's simulator as a program of our own, built and started from Python."""

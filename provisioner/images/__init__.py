"""Node images: Packer run as a supervised child, and what is read of its work."""

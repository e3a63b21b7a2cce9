"""The Packer that the lab builds node images with, made from pinned Go modules."""

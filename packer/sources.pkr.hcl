locals {
  sources = [
    "source.vsphere-iso.image",
    "source.vsphere-clone.image",
  ]
}

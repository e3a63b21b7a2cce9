// From a template that is there already: quick, and how the service makes images by default.
source "vsphere-clone" "image" {
  vcenter_server      = var.vcenter_server
  username            = var.vcenter_username
  password            = var.vcenter_password
  insecure_connection = false

  datacenter    = var.datacenter
  cluster       = var.cluster
  resource_pool = var.resource_pool
  datastore     = var.datastore
  folder        = var.folder
  network       = var.network

  template     = var.template
  vm_name      = var.vm_name
  linked_clone = false
  CPUs         = var.cpus
  RAM          = var.memory_mib

  configuration_parameters = {
    "guestinfo.userdata"          = base64encode(local.user_data)
    "guestinfo.userdata.encoding" = "base64"
    "guestinfo.metadata"          = base64encode(local.metadata)
    "guestinfo.metadata.encoding" = "base64"
  }

  communicator         = "ssh"
  ssh_username         = local.build_user
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = var.ssh_timeout
  ip_wait_timeout      = var.ip_wait_timeout
  ip_settle_timeout    = "2s"

  convert_to_template = true
}

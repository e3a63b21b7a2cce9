// From the distribution's installer. The machine must reach this one by HTTP: its answers are there.
source "vsphere-iso" "image" {
  vcenter_server      = var.vcenter_server
  username            = var.vcenter_username
  password            = var.vcenter_password
  insecure_connection = false

  datacenter    = var.datacenter
  cluster       = var.cluster
  resource_pool = var.resource_pool
  datastore     = var.datastore
  folder        = var.folder

  vm_name              = var.vm_name
  guest_os_type        = var.guest_os_type
  firmware             = "efi"
  CPUs                 = var.cpus
  RAM                  = var.memory_mib
  disk_controller_type = ["pvscsi"]
  storage {
    disk_size             = var.disk_gib * 1024
    disk_thin_provisioned = true
  }
  network_adapters {
    network      = var.network
    network_card = "vmxnet3"
  }
  configuration_parameters = {
    "disk.EnableUUID" = "TRUE"
  }

  iso_url           = var.iso_url
  iso_checksum      = var.iso_checksum
  remote_cache_path = var.iso_folder
  boot_command      = var.boot_command
  http_content      = local.seeds[var.seed]

  communicator         = "ssh"
  ssh_username         = local.build_user
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = var.ssh_timeout
  ip_wait_timeout      = var.ip_wait_timeout

  remove_cdrom        = true
  convert_to_template = true
}

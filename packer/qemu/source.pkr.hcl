locals {
  sources = ["source.qemu.image"]
}

// The same from the same ISO on a computer with KVM, to try a change of scripts or answers.
source "qemu" "image" {
  vm_name          = var.vm_name
  output_directory = "build/${var.vm_name}"
  efi_boot         = true
  cpus             = var.cpus
  memory           = var.memory_mib
  disk_size        = "${var.disk_gib}G"
  headless         = true

  iso_url      = var.iso_url
  iso_checksum = var.iso_checksum
  boot_command = var.boot_command
  http_content = local.seeds[var.seed]

  communicator         = "ssh"
  ssh_username         = local.build_user
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = var.ssh_timeout
  shutdown_command     = "sudo systemctl poweroff"
}

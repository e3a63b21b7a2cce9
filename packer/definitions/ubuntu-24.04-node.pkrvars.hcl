os            = "ubuntu24.04"
guest_os_type = "ubuntu64Guest"
seed          = "ubuntu"

boot_command = [
  "<wait5>c<wait>",
  "linux /casper/vmlinuz autoinstall",
  " 'ds=nocloud;s=http://{{ .HTTPIP }}:{{ .HTTPPort }}/' ---<enter><wait>",
  "initrd /casper/initrd<enter><wait>",
  "boot<enter>"
]

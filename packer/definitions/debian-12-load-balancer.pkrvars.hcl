os            = "debian12"
role          = "load-balancer"
guest_os_type = "debian12_64Guest"
seed          = "debian"
disk_gib      = 10

boot_command = [
  "<wait5>c<wait>",
  "linux /install.amd/vmlinuz auto=true priority=critical",
  " url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/preseed.cfg hostname=image domain=local --- quiet",
  "<enter><wait>",
  "initrd /install.amd/initrd.gz<enter><wait>",
  "boot<enter>"
]

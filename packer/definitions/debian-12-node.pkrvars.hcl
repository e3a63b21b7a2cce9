os            = "debian12"
guest_os_type = "debian12_64Guest"
seed          = "debian"

boot_command = [
  "<wait5>c<wait>",
  "linux /install.amd/vmlinuz auto=true priority=critical",
  " url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/preseed.cfg hostname=image domain=local --- quiet",
  "<enter><wait>",
  "initrd /install.amd/initrd.gz<enter><wait>",
  "boot<enter>"
]

locals {
  minor      = join(".", slice(split(".", "${var.kubernetes_version}.0.0"), 0, 2))
  build_user = "packer"

  // By cloud-init, from guestinfo: the one way in is a key that lives as long as the build.
  user_data = "#cloud-config\n${yamlencode({
    ssh_deletekeys = true
    users = [{
      name                = local.build_user
      shell               = "/bin/bash"
      sudo                = "ALL=(ALL) NOPASSWD:ALL"
      lock_passwd         = true
      ssh_authorized_keys = [var.ssh_public_key]
    }]
  })}"
  metadata = yamlencode({
    "instance-id"    = "build-${var.vm_name}"
    "local-hostname" = "image"
  })

  // What an installer's answers are made of.
  seed = {
    build_user = local.build_user
    public_key = var.ssh_public_key
    mirror     = var.apt_mirror
    http_proxy = var.http_proxy
  }
  seeds = {
    debian = { "/preseed.cfg" = templatefile("${path.root}/seeds/debian/preseed.cfg", local.seed) }
    ubuntu = {
      "/user-data" = templatefile("${path.root}/seeds/ubuntu/user-data", local.seed)
      "/meta-data" = ""
    }
  }

  environment = [
    "IMAGE_OS=${var.os}",
    "IMAGE_ROLE=${var.role}",
    "KUBERNETES_VERSION=${var.kubernetes_version}",
    "KUBERNETES_REPOSITORY=${replace(var.kubernetes_repository, "{minor}", local.minor)}",
    "KUBERNETES_KEY_FINGERPRINT=${var.kubernetes_repository_key_fingerprint}",
    "CONTAINERD_PACKAGE=${var.containerd_package}",
    "CONTAINERD_URL=${var.containerd_url}",
    "CONTAINERD_SHA256=${var.containerd_sha256}",
    "RUNC_URL=${var.runc_url}",
    "RUNC_SHA256=${var.runc_sha256}",
    "IMAGE_REGISTRY=${var.image_registry}",
    "PULL_IMAGES=${var.pull_images}",
    "TRUST_REGISTRY=${var.trust_registry}",
    "APT_MIRROR=${var.apt_mirror}",
    "SECURITY_MIRROR=${var.security_mirror}",
    "http_proxy=${var.http_proxy}",
    "https_proxy=${var.http_proxy}",
    "no_proxy=${var.no_proxy}",
  ]

  // In this order, each in a file of its own.
  steps = {
    node          = ["begin", "sources", "kernel", "containerd", "kubernetes", "images", "keepalived"]
    load-balancer = ["begin", "sources", "kernel", "load-balancer"]
  }
  scripts = [for step in local.steps[var.role] : "${path.root}/scripts/${step}.sh"]
}

build {
  sources = local.sources

  // Keys and certificates, empty or not: files know no quoting.
  provisioner "file" {
    content     = "${var.ca_bundle}\n"
    destination = "/tmp/image-ca.pem"
  }
  provisioner "file" {
    content     = "${var.apt_key}\n"
    destination = "/tmp/image-apt.asc"
  }
  provisioner "file" {
    content     = "${var.kubernetes_repository_key}\n"
    destination = "/tmp/image-kubernetes.asc"
  }
  provisioner "file" {
    content     = join("", [for one in concat(local.known_digests, var.image_digests) : "${one}\n"])
    destination = "/tmp/image-digests"
  }

  provisioner "shell" {
    scripts          = local.scripts
    environment_vars = local.environment
    execute_command  = "chmod 0755 {{ .Path }} && sudo env {{ .Vars }} {{ .Path }}"
  }

  // What the image is, found out on the machine itself; a check that fails ends the build.
  provisioner "shell" {
    script           = "${path.root}/scripts/self-check.sh"
    environment_vars = local.environment
    execute_command  = "chmod 0755 {{ .Path }} && sudo env {{ .Vars }} {{ .Path }}"
  }
  provisioner "file" {
    direction   = "download"
    source      = "/tmp/self-check.json"
    destination = var.report_file
  }

  // The last: it takes away the way in.
  provisioner "shell" {
    script            = "${path.root}/scripts/generalise.sh"
    environment_vars  = ["BUILD_USER=${local.build_user}"]
    execute_command   = "chmod 0755 {{ .Path }} && sudo env {{ .Vars }} {{ .Path }}"
    skip_clean        = true
    expect_disconnect = true
  }

  post-processor "manifest" {
    output = var.manifest_file
  }
}

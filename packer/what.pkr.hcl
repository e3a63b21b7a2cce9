// What an image is: a definition sets these, a build may set them otherwise.

variable "os" {
  type        = string
  description = "The word that image queries know it by, such as debian12."
}

variable "role" {
  type        = string
  default     = "node"
  description = "node (Kubernetes) or load-balancer (HAProxy and keepalived)."
}

variable "kubernetes_version" {
  type        = string
  default     = ""
  description = "Such as 1.35.4; of nodes alone."
}

variable "guest_os_type" {
  type        = string
  description = "VMware's word for the operating system."
}

variable "cpus" {
  type        = number
  default     = 2
  description = "Of the machine that is built."
}

variable "memory_mib" {
  type        = number
  default     = 2048
  description = "Of the machine that is built."
}

variable "disk_gib" {
  type        = number
  default     = 20
  description = "Of a disk made for an installer; a clone has its template's."
}

variable "iso_url" {
  type        = string
  default     = ""
  description = "By http or https; the service takes no path of its own machine."
}

variable "iso_checksum" {
  type        = string
  default     = "none:iso_checksum-is-not-set"
  description = "sha256: or sha512: and the digits of the ISO."
}

variable "boot_command" {
  type        = list(string)
  default     = []
  description = "What is typed at the boot loader of the ISO."
}

variable "seed" {
  type        = string
  default     = "debian"
  description = "The folder in seeds/ whose files answer the installer."
}

variable "apt_mirror" {
  type        = string
  default     = ""
  description = "Mirror of the distribution for an air-gapped build; what the source has, if empty."

  validation {
    condition     = can(regex("^(https?://[^/\\s\"']+(/[^\\s\"']*)?)?$", var.apt_mirror))
    error_message = "Give apt_mirror as an http:// or https:// URL, such as https://mirror.example.com/debian/."
  }
}

variable "security_mirror" {
  type        = string
  default     = ""
  description = "With apt_mirror: of the security updates. Of Ubuntu apt_mirror itself, if empty."

  validation {
    condition     = can(regex("^(https?://[^/\\s\"']+(/[^\\s\"']*)?)?$", var.security_mirror))
    error_message = "Give security_mirror as an http:// or https:// URL, such as https://mirror.example.com/debian/."
  }
}

variable "apt_key" {
  type        = string
  default     = ""
  description = "Armored key that signs the mirror, if it is not the distribution's own."
}

variable "kubernetes_repository" {
  type        = string
  default     = "https://pkgs.k8s.io/core:/stable:/v{minor}/deb/"
  description = "Flat apt repository of kubelet, kubeadm, kubectl and kubernetes-cni."
}

variable "kubernetes_repository_key" {
  type        = string
  default     = ""
  description = "Armored key that signs it; its own Release.key, known by its fingerprint, if empty."
}

variable "image_registry" {
  type        = string
  default     = ""
  description = "Where Kubernetes' images are pulled from, instead of registry.k8s.io."
}

variable "pull_images" {
  type        = bool
  default     = true
  description = "Whether the control plane's images are in the template."
}

variable "ca_bundle" {
  type        = string
  default     = ""
  description = "PEM certificates the image is to trust, such as the mirror's."
}

variable "http_proxy" {
  type        = string
  default     = ""
  description = "For http and https, while it is built: http://proxy.example.com:3128."
}

variable "no_proxy" {
  type        = string
  default     = ""
  description = "Hosts that are asked without it, by commas."
}

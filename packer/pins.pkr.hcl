// What is fetched from elsewhere than a signed repository, and how it is known to be genuine.

variable "containerd_url" {
  type        = string
  default     = "https://github.com/containerd/containerd/releases/download/v2.3.6/containerd-2.3.6-linux-amd64.tar.gz"
  description = "Archive of containerd's binaries; empty, if it comes as a package."
}

variable "containerd_sha256" {
  type        = string
  default     = "df806bb9b86653ebc94822a7076642ff3c3614324dbc1b511bdf75ac1669b762"
  description = "Of that archive: another archive needs another."
}

variable "containerd_package" {
  type        = string
  default     = ""
  description = "Package instead of the archive, such as containerd=1.7.24-1; containerd_url is then empty."
}

variable "runc_url" {
  type        = string
  default     = "https://github.com/opencontainers/runc/releases/download/v1.4.3/runc.amd64"
  description = "Beside containerd's archive; the distribution's signed package, if empty."
}

variable "runc_sha256" {
  type        = string
  default     = "f6ae8efc0fa40079e1475e97cbe9d1bd3f106a28d6af78a11d9f1bd565515e60"
  description = "Of that program: another one needs another."
}

variable "kubernetes_repository_key_fingerprint" {
  type        = string
  default     = "DE15B14486CD377B9E876E1A234654DA9A296436"
  description = "Of the repository's own Release.key, the one key that may be in it."

  validation {
    condition     = can(regex("^[0-9A-F]{40}$", var.kubernetes_repository_key_fingerprint))
    error_message = "Give kubernetes_repository_key_fingerprint as 40 digits of 0 to 9 and A to F, without spaces."
  }
}

variable "image_digests" {
  type        = list(string)
  default     = []
  description = "Beside those known here: name:tag=sha256:digits, without a registry, such as pause:3.10.1=sha256:..."

  validation {
    condition     = alltrue([for one in var.image_digests : can(regex("^[^/@=\\s]+:[^/@=\\s]+=sha256:[0-9a-f]{64}$", one))])
    error_message = "Give image_digests as name:tag=sha256: with 64 digits, without a registry or folder."
  }
}

variable "trust_registry" {
  type        = bool
  default     = false
  description = "Whether images without a known digest are taken as the registry gives them."
}

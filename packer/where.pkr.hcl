// Where an image is made. The service sets all of these itself.

variable "vcenter_server" {
  type        = string
  default     = "vcenter.example.com"
  description = "Host, and port if it is not 443. Its certificate is verified."
}

variable "vcenter_username" {
  type    = string
  default = ""
}

variable "vcenter_password" {
  type      = string
  default   = ""
  sensitive = true
}

variable "datacenter" {
  type    = string
  default = ""
}

variable "cluster" {
  type        = string
  default     = ""
  description = "Compute cluster; with a resource pool, the one it belongs to."
}

variable "resource_pool" {
  type    = string
  default = ""
}

variable "datastore" {
  type    = string
  default = ""
}

variable "iso_folder" {
  type        = string
  default     = "packer_cache"
  description = "On the datastore: what lies there already is taken for the ISO unseen."
}

variable "folder" {
  type        = string
  default     = ""
  description = "Path below the datacenter's vm folder."
}

variable "network" {
  type    = string
  default = "VM Network"
}

variable "vm_name" {
  type    = string
  default = "node-image"
}

variable "template" {
  type        = string
  default     = ""
  description = "What vsphere-clone starts from: a template with cloud-init and VMware tools."
}

variable "ssh_public_key" {
  type        = string
  default     = ""
  description = "Of a key that lives as long as the build. Nobody has a password."
}

variable "ssh_private_key_file" {
  type    = string
  default = ""
}

variable "ip_wait_timeout" {
  type    = string
  default = "20m"
}

variable "ssh_timeout" {
  type    = string
  default = "10m"
}

variable "manifest_file" {
  type    = string
  default = "manifest.json"
}

variable "report_file" {
  type        = string
  default     = "self-check.json"
  description = "Where the report of the self-check goes on the machine that runs Packer."
}

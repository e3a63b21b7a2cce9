"""Every setting of the product, read once from the environment (`PKE_...`)."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from provisioner.addresses import HostPort, HostPortIfAny, WebUrl
from provisioner.domain.deadlines import Deadlines
from provisioner.domain.replacement import Replacement


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PKE_", env_nested_delimiter="__", frozen=True)

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///pke-provisioner.db"),
        description="SQLAlchemy URL of the database: sqlite:///FILE.",
    )
    temporal_address: HostPort = Field(
        default="127.0.0.1:7233", description="host:port of the Temporal frontend."
    )
    temporal_namespace: str = Field(default="default", description="Temporal namespace.")
    task_queue: str = Field(default="pke-provisioner", description="Temporal task queue.")
    vault_url: WebUrl = Field(
        default="http://127.0.0.1:8200", description="URL of Vault or OpenBao."
    )
    vault_ca_file: Path | None = Field(
        default=None,
        description="CA bundle that verifies Vault's certificate; system CAs if unset.",
    )
    vault_role_id: str = Field(default="", description="AppRole role id of the service.")
    vault_secret_id_file: Path | None = Field(
        default=None, description="File that holds the AppRole secret id (mode 0600)."
    )
    api_listen: str = Field(default="127.0.0.1:8080", description="host:port the API listens on.")
    api_url: WebUrl = Field(
        default="http://127.0.0.1:8080",
        description="URL of the API as nodes reach it; it is written into their user-data.",
    )
    api_plaintext_host: str = Field(
        default="",
        description="Host of an http PKE_API_URL that is not this machine: every key that nodes "
        "get travels readable.",
    )
    api_tls_certificate: Path | None = Field(
        default=None,
        description="Certificate chain (PEM) the API serves with; plain HTTP if unset.",
    )
    api_tls_key: Path | None = Field(default=None, description="Key of that certificate.")
    api_ca_file: Path | None = Field(
        default=None, description="CA bundle that nodes pin for the API; system CAs if unset."
    )
    log_format: Literal["text", "json"] = Field(default="text", description="text or json.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
    worker_metrics_listen: HostPortIfAny = Field(
        default="", description="host:port the worker serves Prometheus metrics on; off if empty."
    )
    concurrent_clones: int = Field(
        default=8, ge=1, description="Clones in flight per vCenter and worker process."
    )
    packer: str = Field(
        default="packer", description="Packer, which builds images: a path, or a name on PATH."
    )
    packer_plugins: Path | None = Field(
        default=None,
        description="Folder of Packer's plugins; ~/.config/packer/plugins if unset.",
    )
    image_definitions: Path | None = Field(
        default=None,
        description="Folder of image definitions; a checkout's own packer/ if unset.",
    )
    concurrent_image_builds: int = Field(
        default=2, ge=1, description="Image builds at a time per vCenter."
    )
    image_build_seconds: int = Field(
        default=7200, ge=60, le=18000, description="How long Packer may take for an image."
    )
    image_boot_test_seconds: int = Field(
        default=900, ge=10, description="How long an image's first boot may take in its test."
    )
    drain_seconds: int = Field(
        default=600, ge=1, description="How long a drain may wait for PodDisruptionBudgets."
    )
    detach_seconds: int = Field(
        default=300,
        ge=1,
        description="How long volumes may take to be detached from a node that is drained.",
    )
    join_token_seconds: int = Field(
        default=900, ge=60, description="Life of a node's Kubernetes bootstrap token."
    )
    care_seconds: int = Field(
        default=300,
        ge=30,
        description="How often a running cluster is cared for: health, kubelets' certificates.",
    )
    care_round_seconds: int = Field(
        default=30,
        ge=1,
        description="How often those who are due for care are looked for, and members are heard.",
    )
    add_on_manifests: Path | None = Field(
        default=None,
        description="Folder of manifests that clusters' addOns.cniManifest.file names.",
    )
    add_on_ca_file: Path | None = Field(
        default=None,
        description="CA bundle that verifies servers of such manifests, beside the system's CAs.",
    )
    kubeconfig_seconds: int = Field(
        default=3600, ge=60, description="Life of the certificate in an issued kubeconfig."
    )
    agent_poll_seconds: float = Field(
        default=2.0, gt=0, description="How often a node's agent asks again while it waits."
    )
    deadlines: Deadlines = Field(
        default_factory=Deadlines,
        description="Seconds a node may take per step: PKE_DEADLINES__CLONE, __ADDRESS, __BOOT, "
        "__BOOTSTRAP and __ADMISSION; and a task on the whole may take: __TASK.",
    )
    replacement: Replacement = Field(
        default_factory=Replacement,
        description="Lost nodes: seconds a VM may be off (PKE_REPLACEMENT__OFF); percent of a "
        "group that may be lost (__UNHEALTHY); replacements an hour, nodes or percent (__HOURLY, "
        "__HOURLY_PERCENT); seconds the vCenter's watch may be silent (__SILENCE).",
    )

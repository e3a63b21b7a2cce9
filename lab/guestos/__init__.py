"""What the lab's guests boot: Debian, packages, container images. `ready.ready()` has it all."""

"""Blocks in braces, as keepalived and nftables take them."""


def block(head: str, *lines: str) -> str:
    body = "\n".join(lines).splitlines()
    return "\n".join([f"{head} {{", *(f"    {line}" for line in body), "}"])

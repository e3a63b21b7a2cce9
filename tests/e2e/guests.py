"""Guests that are told to misbehave."""

import httpx


class Guests:
    def __init__(self, url: str) -> None:
        self._url = url

    def misbehave(self, match: str, fault: str, count: int = 1) -> None:
        """`fault`: no-ip, kubeadm-fails or dies-after-leader, for the next `count` nodes."""
        rule = {"match": match, "fault": fault, "count": count}
        httpx.post(f"{self._url}/faults", json=rule).raise_for_status()

    def behave(self) -> None:
        httpx.request("DELETE", f"{self._url}/faults").raise_for_status()

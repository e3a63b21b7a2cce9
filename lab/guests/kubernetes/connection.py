"""HTTP/1.1 on one connection: reads requests, writes answers, until the client leaves."""

import asyncio
import json
from http import HTTPStatus

from lab.guests.kubernetes.callers import identify
from lab.guests.kubernetes.cluster import InMemoryCluster
from lab.guests.kubernetes.request import Request
from lab.guests.kubernetes.routes import Response, answer

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
_CLIENT_LEFT = (asyncio.IncompleteReadError, OSError)
_NO_HTTP = (asyncio.LimitOverrunError, ValueError)


async def converse(cluster: InMemoryCluster, reader: Reader, writer: Writer) -> None:
    try:
        more = True
        while more:
            request = await _read(reader)
            await _respond(cluster, request, writer)
            more = request.headers.get("connection", "").lower() != "close"
    except (*_CLIENT_LEFT, *_NO_HTTP):
        pass
    finally:
        writer.close()


async def _respond(cluster: InMemoryCluster, request: Request, writer: Writer) -> None:
    certificate = writer.get_extra_info("peercert")
    caller = identify(cluster, certificate, request.headers.get("authorization", ""))
    writer.write(_encoded(answer(cluster, request, caller)))
    await writer.drain()


async def _read(reader: Reader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, _, rest = first.partition(" ")
    named = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in named}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, rest.rpartition(" ")[0], headers, body)


def _encoded(response: Response) -> bytes:
    text = response.body if isinstance(response.body, str) else json.dumps(response.body)
    body = text.encode()
    kind = "text/plain" if isinstance(response.body, str) else "application/json"
    head = (
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body

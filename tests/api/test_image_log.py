"""The log of an image's making, as a stream of events."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from api.gateway import Gateway
from lab.waiting import wait_until
from provisioner.store import images, operations, resources, tokens
from provisioner.store.tokens import digest
from tests.api.images import build
from tests.api.served import Api, served


def write(api: Api, image: dict[str, Any], *lines: str) -> None:
    with api.database.write() as session:
        images.append_log(session, image["id"], lines)


def fail(api: Api, image: dict[str, Any]) -> None:
    with api.database.write() as session:
        resources.lock(session, image["id"])
        running = operations.running(session, image["id"])
        assert running
        operations.finish(running, "failed", "build: it broke")


def events(text: str) -> list[dict[str, str]]:
    blocks = (one.splitlines() for one in text.split("\n\n") if one and not one.startswith(":"))
    return [dict(line.split(": ", 1) for line in block) for block in blocks]


def texts(answer: httpx.Response) -> list[str]:
    return [json.loads(one["data"])["text"] for one in events(answer.text) if "id" in one]


@pytest.fixture
def image(operator: httpx.Client) -> dict[str, Any]:
    return build(operator, name="i1")


def test_read_so_far(api: Api, viewer: httpx.Client, image: dict[str, Any]) -> None:
    write(api, image, "one", "two")
    answer = viewer.get("/images/builds/i1/log?follow=false")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert texts(answer) == ["one", "two"]
    *_, line, end = events(answer.text)
    assert line["id"] == "2"
    assert "at" in json.loads(line["data"])
    assert (end["event"], json.loads(end["data"])) == ("end", {"state": "running"})


def test_what_breaks_off_goes_on_where_it_was(
    api: Api, viewer: httpx.Client, image: dict[str, Any]
) -> None:
    write(api, image, "one", "two", "three")
    headers = {"Last-Event-ID": "2"}
    answer = viewer.get("/images/builds/i1/log?follow=false", headers=headers)
    assert texts(answer) == ["three"]


def test_a_long_log_comes_whole(api: Api, viewer: httpx.Client, image: dict[str, Any]) -> None:
    lines = [f"line {number}" for number in range(2345)]
    write(api, image, *lines)
    assert texts(viewer.get("/images/builds/i1/log?follow=false")) == lines


def test_followed_until_the_making_is_over(
    api: Api, viewer: httpx.Client, image: dict[str, Any]
) -> None:
    write(api, image, "one")
    with viewer.stream("GET", "/images/builds/i1/log") as answer:
        lines = answer.iter_lines()
        assert "one" in first_data(lines)
        write(api, image, "two")
        assert "two" in first_data(lines)
        fail(api, image)
        assert first_data(lines) == '{"state":"failed"}'
        assert [line for line in lines if line] == []


def first_data(lines: Iterator[str]) -> str:
    found = next(line for line in lines if line.startswith("data: "))
    return found.removeprefix("data: ")


def test_a_revoked_token_reads_no_more(api: Api, image: dict[str, Any]) -> None:
    value = api.token("viewer")
    with api.bearer(value).stream("GET", "/images/builds/i1/log") as answer:
        lines = answer.iter_lines()
        write(api, image, "one")
        assert "one" in first_data(lines)
        with api.database.write() as session:
            [mine] = [row for row, _ in tokens.listed(session) if row.digest == digest(value)]
            tokens.revoke(session, mine.id)
        write(api, image, "two")
        assert not any("two" in line for line in lines)


@pytest.mark.parametrize("known", ["x", "-1"])
def test_what_is_no_number_of_a_line(
    viewer: httpx.Client, image: dict[str, Any], known: str
) -> None:
    answer = viewer.get("/images/builds/i1/log", headers={"Last-Event-ID": known})
    assert answer.status_code == 422


def test_unknown_ones_are_said_to_be_before_anything_streams(viewer: httpx.Client) -> None:
    answer = viewer.get("/images/builds/nothing/log")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_streams_end_with_the_process(api: Api, operator: httpx.Client) -> None:
    image = build(operator, name="i1")
    settings = api.services.settings
    # Each server binds its gateway to a loop of its own.
    gateway = Gateway(settings.temporal_address, settings.temporal_namespace, settings.task_queue)
    services = replace(api.services, gateway=gateway, ending=threading.Event())
    with served(services) as url:
        headers = {"Authorization": f"Bearer {api.token('viewer')}"}
        where = f"{url}/images/builds/{image['id']}/log"
        reader = threading.Thread(target=httpx.get, args=(where,), kwargs={"headers": headers})
        reader.start()
        services.ending.set()
        assert wait_until(lambda: not reader.is_alive(), 20)
        reader.join()

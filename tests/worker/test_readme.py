from __future__ import annotations

import json
import shlex

import httpx
from support.readme import README, agrees, examples

LOCAL = "http://localhost:7071/api"


def request_of(command: str) -> httpx.Request:
    """Return the request of a curl command, with the options that the README uses."""
    words = iter(shlex.split(command.replace("\\\n", " ")))
    verb, headers, body, url = "GET", {}, None, ""
    for word in words:
        match word:
            case "curl" | "-s":
                pass
            case "-X":
                verb = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                body = next(words)
            case _:
                url = word
    return httpx.Request(verb, url, headers=headers, content=body)


async def test_the_calls_of_the_readme_are_answered_as_it_says(admin: httpx.AsyncClient) -> None:
    shown = examples(README.read_text(encoding="utf-8"))
    assert "PATCH" in shown[0][0]
    for command, answer in shown:
        asked = request_of(command)
        assert str(asked.url).startswith(LOCAL)
        headers = {name: asked.headers[name] for name in asked.headers if name != "host"}
        found = await admin.request(asked.method, str(asked.url), headers=headers, content=asked.content)
        assert agrees(found.json(), json.loads(answer)), found.text

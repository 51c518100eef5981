"""Requests to the running local host."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

NOT_FOUND = 404


class HostRefusedError(Exception):
    """A load that was refused, by the host or before a request; the message says why and what to do."""


class NotThereError(HostRefusedError):
    """The host has no such resource."""


class NoAnswerError(HostRefusedError):
    """There is no host at the address, or another program."""


def ask(verb: str, url: str, body: bytes | None = None) -> Any:
    """Return the answer to a request, decoded. Raises HostRefusedError with each fault and its JSON pointer."""
    request = Request(url, body, {"Content-Type": "application/json"}, method=verb)  # noqa: S310  # on this machine
    try:
        with urlopen(request) as response:  # noqa: S310  # on this machine
            return json.load(response)
    except HTTPError as error:
        raise _refused(error, f"{verb} {url}") from None
    except URLError as error:
        raise NoAnswerError(f"{verb} {url}: {error.reason}") from None
    except (HTTPException, OSError, ValueError) as error:  # the answer is not of this service, or it ended
        raise NoAnswerError(f"{verb} {url}: {error}") from None


def _refused(error: HTTPError, request: str) -> HostRefusedError:
    kind = NotThereError if error.code == NOT_FOUND else HostRefusedError
    try:
        details = json.load(error)["details"]
        faults = [f"{detail['target'] or 'the whole'}: {detail['message']}" for detail in details]
    except (ValueError, KeyError, TypeError):
        return kind(f"{request} was answered {error.code} {error.reason}.")
    return kind("\n".join(faults))

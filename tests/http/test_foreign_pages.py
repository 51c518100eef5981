"""Without sign-in everyone on this machine is Administrator; so pages of other sites in its browser must not be."""

from __future__ import annotations

import httpx
import pytest
from support import INSTANCE

AT = f"/instances/{INSTANCE}"
FOREIGN = (
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8080"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)
OWN: tuple[dict[str, str], ...] = (
    {},
    {"Origin": "http://localhost"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
)
CALLS = (
    ("POST", f"{AT}/workflows/main/jobs"),
    ("POST", f"{AT}/apikeys/Administrator/primary"),
    ("DELETE", f"{AT}/apikeys/Administrator/primary"),
    ("POST", f"{AT}/data/Customer/ada/revert"),
    ("GET", f"{AT}/data/Customer"),
)


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(("verb", "path"), CALLS)
async def test_a_page_of_another_site_can_do_nothing(
    client: httpx.AsyncClient, verb: str, path: str, headers: dict[str, str]
) -> None:
    answer = await client.request(verb, path, headers={"Content-Type": "text/plain", **headers})
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "ForeignPage")
    assert (await client.get(f"{AT}/changes")).json()[0]["action"] == "defineInstance"


@pytest.mark.parametrize("headers", OWN, ids=str)
@pytest.mark.parametrize(("verb", "path"), CALLS)
async def test_the_pages_of_the_service_and_programs_are_served(
    client: httpx.AsyncClient, verb: str, path: str, headers: dict[str, str]
) -> None:
    assert (await client.request(verb, path, headers=headers)).status_code in {200, 202, 204}

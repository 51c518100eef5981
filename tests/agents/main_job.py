"""The main job, over the official client in Python: `python -m agents.main_job URL MODE`.

A separate program, because its libraries warn of things that tests treat as errors.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any, Literal, cast

from mcp.client import Client


async def use(client: Client, name: str, **arguments: Any) -> tuple[Any, str]:
    """Call a tool; return its structured content and its text."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result
    (content,) = result.content
    assert content.type == "text"
    return result.structured_content, content.text


async def do_the_main_job(client: Client) -> None:
    names = [tool.name for tool in (await client.list_tools()).tools]
    assert {"find_customers", "get_customer", "update_customer", "add_activity"} <= set(names)
    found, _ = await use(client, "find_customers", filter="City eq 'Oslo'", top=1)
    customer_id = found["value"][0]["CustomerId"]
    updated, _ = await use(
        client, "update_customer", customer_id=customer_id, fields={"City": "Bodø"}, valid_for="PT1H"
    )
    read, text = await use(client, "get_customer", customer_id=customer_id)
    assert (read["City"], read["@explain"]["City"]["source"]) == ("Bodø", "Oslo")
    assert "the source has Oslo" in text
    fields = {
        "CustomerId": customer_id,
        "ActivityTime": "2026-11-23T10:00:00Z",
        "ActivityType": "Call",
        "Title": "Moved",
    }
    added, _ = await use(client, "add_activity", fields=fields)
    assert added["value"]["outcome"] == "created"
    timeline, _ = await use(client, "list_activities", customer_id=customer_id)
    assert [each["Title"] for each in timeline["value"]] == ["Moved"]
    await use(client, "end_update", customer_id=customer_id, update_id=updated["receipt"]["updateId"])
    ended, _ = await use(client, "get_customer", customer_id=customer_id)
    assert ended["City"] == "Oslo"
    refused = await client.call_tool("get_customer", {"customer_id": "nobody"})
    assert refused.is_error


async def main(url: str, mode: str) -> None:
    async with Client(url, mode=cast("Literal['auto', 'legacy']", mode)) as client:
        await do_the_main_job(client)
        print(f"done by {client.protocol_version}")  # noqa: T201  # for the test


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""The tools for agents over the wire: both versions, roles, usage, errors, sign-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over, model, put_customers
from support.entra import API, TENANT, issuer, token

from function_app.api.page_settings import PageSettings, SignIn
from function_app.api.runtime import Runtime
from function_app.operations.agents import INSTRUCTIONS
from function_app.operations.mcp_tools import TOOLS, Tool
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

MCP = f"/instances/{INSTANCE}/mcp"
VERSION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientCapabilities": {},
}
ODD: list[Any] = [None, "", 0, -1, 10**30, True, [], {}, {"City": []}, "x" * 5_000, "\0", "..", "a/%2F?#", "'", "é\n"]
WRITES = {"update_customer", "end_update", "add_activity"}


async def ask(client: httpx.AsyncClient, method: str, params: Any = None, **headers: str) -> httpx.Response:
    """Send a request of an older version."""
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params or {}}
    return await client.post(MCP, json=body, headers=headers)


async def ask_modern(client: httpx.AsyncClient, method: str, params: dict[str, Any], **other: str) -> httpx.Response:
    """Send a request of the newest version; `other` are headers in place of the right ones."""
    right = {"MCP-Protocol-Version": VERSION, "Mcp-Method": method}
    right |= {"Mcp-Name": params["name"]} if "name" in params else {}
    named = {name.replace("_", "-"): value for name, value in other.items()}
    return await ask(client, method, {"_meta": META, **params}, **(right | named))


async def use(client: httpx.AsyncClient, name: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool; return its result."""
    answer = await ask(client, "tools/call", {"name": name, "arguments": arguments})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["result"]
    return result


def text_of(result: dict[str, Any]) -> str:
    (content,) = result["content"]
    assert content["type"] == "text"
    return str(content["text"])


async def test_a_handshake_agrees_on_a_version_and_needs_no_session(client: httpx.AsyncClient) -> None:
    for asked, agreed in (("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"), ("1999-01-01", "2025-11-25")):
        answer = await ask(client, "initialize", {"protocolVersion": asked, "capabilities": {}, "clientInfo": {}})
        result = answer.json()["result"]
        assert (result["protocolVersion"], result["capabilities"]) == (agreed, {"tools": {}})
        assert result["instructions"] == INSTRUCTIONS
        assert "mcp-session-id" not in answer.headers
    done = await client.post(MCP, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (done.status_code, done.content) == (202, b"")
    assert (await ask(client, "ping")).json() == {"jsonrpc": "2.0", "id": 7, "result": {}}


async def test_the_newest_version_needs_no_handshake(client: httpx.AsyncClient) -> None:
    found = (await ask_modern(client, "server/discover", {})).json()["result"]
    assert found["supportedVersions"] == ["2026-07-28", "2025-11-25", "2025-06-18"]
    assert (found["resultType"], found["cacheScope"], found["capabilities"]) == ("complete", "private", {"tools": {}})
    assert found["instructions"] == INSTRUCTIONS
    assert found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "realtime-customer-profiles"
    called = await ask_modern(client, "tools/call", {"name": "get_customer", "arguments": {"customer_id": "ada"}})
    assert called.json()["result"]["structuredContent"]["City"] == "Oslo"


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        ({"MCP_Protocol_Version": "2025-06-18"}, VERSION),
        ({"Mcp_Method": "tools/list"}, "tools/call"),
        ({"Mcp_Name": "end_update"}, "get_customer"),
        ({"Mcp_Name": "=?base64?bm8=?="}, "get_customer"),
        ({"Mcp_Name": "=?base64?!?="}, "get_customer"),
    ],
)
async def test_headers_that_contradict_the_body_are_refused(
    client: httpx.AsyncClient, headers: dict[str, str], right: str
) -> None:
    params = {"name": "get_customer", "arguments": {"customer_id": "ada"}}
    answer = await ask_modern(client, "tools/call", params, **headers)
    (header,) = (name.replace("_", "-") for name in headers)
    message = f"The header {header} must be what the body has: {right}."
    assert (answer.status_code, answer.json()["id"]) == (400, 7)
    assert answer.json()["error"] == {"code": -32020, "message": message}


@pytest.mark.parametrize(
    "meta",
    [
        {},
        META | {"io.modelcontextprotocol/protocolVersion": 1},
        META | {"io.modelcontextprotocol/clientCapabilities": []},
    ],
)
async def test_a_request_of_the_newest_version_names_its_version_and_capabilities(
    client: httpx.AsyncClient, meta: dict[str, Any]
) -> None:
    answer = await ask_modern(client, "tools/list", {"_meta": meta})
    message = f"params._meta must have {' and '.join(META)}."
    assert (answer.status_code, answer.json()["error"]) == (400, {"code": -32602, "message": message})


async def test_a_name_in_base64_is_the_name(client: httpx.AsyncClient) -> None:
    params = {"name": "get_customer", "arguments": {"customer_id": "ada"}}
    answer = await ask_modern(client, "tools/call", params, Mcp_Name="=?base64?Z2V0X2N1c3RvbWVy?=")
    assert (answer.status_code, answer.json()["result"]["isError"]) == (200, False)


async def test_an_unknown_version_is_refused_with_the_known_ones(client: httpx.AsyncClient) -> None:
    in_body = {"_meta": META | {"io.modelcontextprotocol/protocolVersion": "1999-01-01"}}
    for params in ({}, in_body):
        answer = await ask(
            client, "tools/list", params, **{"MCP-Protocol-Version": "1999-01-01", "Mcp-Method": "tools/list"}
        )
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["data"]["requested"]) == (400, -32022, "1999-01-01")
        assert (error["message"], VERSION in error["data"]["supported"]) == ("Unsupported protocol version", True)


async def test_an_unknown_method_is_not_found(client: httpx.AsyncClient) -> None:
    old, new = await ask(client, "resources/list"), await ask_modern(client, "initialize", {})
    assert (old.status_code, old.json()["error"]["code"]) == (200, -32601)
    assert (new.status_code, new.json()["error"]["code"]) == (404, -32601)


@pytest.mark.parametrize("request_id", [None, True, 1.5, ["1"]])
async def test_an_id_that_is_no_text_and_no_whole_number_is_refused(client: httpx.AsyncClient, request_id: Any) -> None:
    answer = await client.post(MCP, json={"jsonrpc": "2.0", "id": request_id, "method": "ping"})
    error = {"code": -32600, "message": "The id must be a text or a whole number."}
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert "id" not in answer.json()


async def test_what_is_no_message_is_refused_as_by_every_operation(client: httpx.AsyncClient) -> None:
    bodies: list[Any] = [[], {"jsonrpc": "1.0", "id": 1, "method": "ping"}, {"jsonrpc": "2.0", "id": 1, "params": []}]
    for body in bodies:
        answer = await client.post(MCP, json=body)
        assert answer.status_code == 400
        assert answer.json()["httpStatusCode"] == "400"
    assert (await client.get(MCP)).status_code == 405


async def test_a_page_of_another_site_may_not_use_the_tools_of_a_host_without_sign_in(
    client: httpx.AsyncClient,
) -> None:
    own = str(client.base_url).partition("/api")[0]
    assert (await ask(client, "ping", Origin=own)).status_code == 200
    assert (await ask(client, "ping", Origin="http://evil.example.com")).status_code == 403


async def test_an_agent_does_the_main_job(client: httpx.AsyncClient) -> None:
    found = await use(client, "find_customers", filter="City eq 'Oslo'")
    assert [row["CustomerId"] for row in found["structuredContent"]["value"]] == ["ada", "bob"]
    assert "CustomerId: ada" in text_of(found)
    updated = await use(client, "update_customer", customer_id="ada", fields={"City": "Bergen"}, valid_for="4 hours")
    update_id = updated["structuredContent"]["receipt"]["updateId"]
    assert updated["structuredContent"]["customer"]["City"] == "Bergen"
    assert text_of(updated).startswith(f"Update {update_id} is applied, until 2026-11-23T16:00:00")
    read = await use(client, "get_customer", customer_id="ada")
    assert read["structuredContent"]["@explain"]["City"]["source"] == "Oslo"
    assert f"City: Bergen (update {update_id} from local, via MCP, until " in text_of(read)
    live = await use(client, "list_live_updates")
    assert f"customer ada, update {update_id} from local, via MCP" in text_of(live)
    ended = await use(client, "end_update", customer_id="ada", update_id=update_id)
    assert text_of(ended) == "Ended: City. Now: City: Oslo"
    again = await use(client, "end_update", customer_id="ada", update_id=update_id)
    assert text_of(again) == "Nothing was ended: the update is not live."


async def test_an_agent_tries_a_write_without_storing_it(client: httpx.AsyncClient) -> None:
    fields = {"City": "Bergen"}
    tried = await use(client, "update_customer", customer_id="ada", fields=fields, dry_run=True)
    assert tried["structuredContent"]["customer"]["City"] == "Bergen"
    assert text_of(tried).startswith("Nothing was stored, this is a dry run. It would be: Update ")
    assert (await use(client, "get_customer", customer_id="ada"))["structuredContent"]["City"] == "Oslo"


async def test_an_agent_clears_a_field_and_reads_why_it_is_empty(client: httpx.AsyncClient) -> None:
    await use(client, "update_customer", customer_id="ada", clear="City")
    assert "City: empty (update " in text_of(await use(client, "get_customer", customer_id="ada"))


async def test_an_agent_adds_an_activity_once(client: httpx.AsyncClient) -> None:
    fields = {"CustomerId": "ada", "ActivityTime": "2026-11-23T10:00:00Z", "ActivityType": "Call", "Title": "Invoice"}
    first, second = [await use(client, "add_activity", fields=fields) for _ in range(2)]
    outcomes = [each["structuredContent"]["value"]["outcome"] for each in (first, second)]
    assert outcomes == ["created", "duplicate"]
    timeline = await use(client, "list_activities", customer_id="ada", activity_type="Call")
    assert text_of(timeline).endswith("- 2026-11-23T10:00:00.000000Z Call: Invoice (from local, via MCP)")
    assert text_of(await use(client, "list_activities", customer_id="bob")) == "Activities, newest first: none."


async def test_an_agent_reads_the_fields(client: httpx.AsyncClient) -> None:
    fields = text_of(await use(client, "get_schema", entity="Customer"))
    assert "- Tier: Tier: one of Gold, Silver." in fields


async def test_a_page_that_is_not_the_last_says_so(client: httpx.AsyncClient) -> None:
    assert text_of(await use(client, "list_live_updates", top=1)) == "Live updates, oldest first: none."
    for customer_id in ("ada", "bob"):
        await use(client, "update_customer", customer_id=customer_id, fields={"Points": 9})
    assert text_of(await use(client, "list_live_updates", top=1)).endswith("There are more: name a field or a sender.")


async def test_a_search_that_found_more_than_it_returns_says_so(client: httpx.AsyncClient) -> None:
    assert text_of(await use(client, "find_customers", top=1)).endswith("There are more: use a narrower search.")


async def test_a_search_returns_ten_customers_and_says_that_there_are_more(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    await put_customers(services, INSTANCE, [{"CustomerId": f"c{number}"} for number in range(8)], clock)
    found = await use(client, "find_customers")
    assert len(found["structuredContent"]["value"]) == 10
    assert text_of(found).endswith("There are more: use a narrower search.")


async def test_a_page_that_has_all_that_was_found_does_not_speak_of_more(client: httpx.AsyncClient) -> None:
    fields = {"CustomerId": "ada", "ActivityTime": "2026-11-23T10:00:00Z", "ActivityType": "Call"}
    await use(client, "add_activity", fields=fields)
    await use(client, "update_customer", customer_id="ada", fields={"Points": 9})
    found = await use(client, "find_customers", filter="City eq 'Oslo'", top=2)
    done = await use(client, "list_activities", customer_id="ada", top=1)
    live = await use(client, "list_live_updates", top=1)
    assert [len(page["structuredContent"]["value"]) for page in (found, done, live)] == [2, 1, 1]
    assert not [text for text in map(text_of, (found, done, live)) if "There are" in text]


async def test_an_agent_reads_of_the_next_refresh_and_of_older_activities(client: httpx.AsyncClient) -> None:
    lives = {"customer_id": "ada", "fields": {"City": "Bergen"}, "valid_for": "until next refresh"}
    assert " or the next refresh. City: applied" in text_of(await use(client, "update_customer", **lives))
    assert " or the next refresh; the source has Oslo)" in text_of(await use(client, "get_customer", customer_id="ada"))
    assert " or the next refresh: City = Bergen (" in text_of(await use(client, "list_live_updates"))
    for number in range(2):
        event = {"CustomerId": "ada", "ActivityTime": f"2026-11-23T10:0{number}:00Z", "ActivityType": "Call"}
        await use(client, "add_activity", fields={**event, "Title": "Invoice", "Description": "late"})
    timeline = text_of(await use(client, "list_activities", customer_id="ada", top=1))
    assert "Call: Invoice - late (from local, via MCP)\nThere are older ones: use the argument to." in timeline


async def test_an_agent_reads_that_the_source_has_changed_since_an_update(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    await use(client, "update_customer", customer_id="ada", fields={"City": "Bergen", "Points": 9})
    await put_customers(services, INSTANCE, [{"CustomerId": "ada", "City": "Narvik", "Points": 1}], clock)
    city, points = text_of(await use(client, "get_customer", customer_id="ada")).splitlines()[1:]
    assert city.startswith("City: Bergen (update ")
    assert city.endswith("; the source has Narvik; the source has changed since)")
    assert points.endswith("; the source has 1)")
    live = text_of(await use(client, "list_live_updates"))
    states = "City = Bergen (contradicted; the source has Narvik), Points = 9 (shows; the source has 1)"
    assert live.endswith(f", until 2026-11-23T16:00:00.000000Z: {states}")


async def test_an_argument_that_is_null_counts_as_absent(client: httpx.AsyncClient) -> None:
    found = await use(client, "find_customers", search=None, filter="City eq 'Oslo'", top=None)
    assert [row["CustomerId"] for row in found["structuredContent"]["value"]] == ["ada", "bob"]
    assert text_of(await use(client, "get_customer", customer_id=None)) == "'customer_id' is required."


@pytest.mark.parametrize("tool", ["find_customers", "list_activities", "list_live_updates"])
@pytest.mark.parametrize("top", [-1, 0, 1_001])
async def test_a_page_size_out_of_its_range_is_refused_by_the_name_of_the_argument(
    client: httpx.AsyncClient, tool: str, top: int
) -> None:
    arguments = {"customer_id": "ada"} if tool == "list_activities" else {}
    refused = await use(client, tool, **arguments, top=top)
    assert refused["isError"]
    assert text_of(refused) == f"'top' must be a whole number from 1 to 1000; received {top}."


async def test_a_fault_that_occurs_twice_is_said_once(client: httpx.AsyncClient) -> None:
    refused = await use(client, "update_customer", customer_id="ada", fields={"City": "Bergen"}, clear="City,City")
    assert len(refused["structuredContent"]["details"]) == 2
    assert text_of(refused) == "'City' is to be cleared, but the body has a value for it."


async def test_what_an_agent_can_put_right_is_returned_with_all_faults(client: httpx.AsyncClient) -> None:
    refused = await use(client, "update_customer", customer_id="ada", fields={"Cty": "Bergen", "Points": "many"})
    assert refused["isError"]
    assert "nearest: 'City'" in text_of(refused)
    assert "'Points'" in text_of(refused)
    assert refused["structuredContent"]["errorCode"] == "UnknownAttribute"
    wrong = await use(client, "get_customer", customer=1)
    assert wrong["isError"]
    assert text_of(wrong) == "'customer_id' is required. There is no argument 'customer'; nearest: 'customer_id'."
    assert "'top' must be a whole number; received '9'." in text_of(await use(client, "find_customers", top="9"))
    absent = await use(client, "get_customer", customer_id="nobody")
    assert absent["structuredContent"]["errorCode"] == "CustomerNotFound"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
async def test_odd_arguments_are_never_a_fault_of_the_service(client: httpx.AsyncClient, tool: Tool) -> None:
    right: dict[str, Any] = {"customer_id": "ada", "update_id": "u", "entity": "Customer", "fields": {"City": "Oslo"}}
    names = tool.described(model())["inputSchema"]["properties"]
    for name in names:
        for odd in ODD:
            arguments = {each: value for each, value in right.items() if each in names} | {name: odd}
            result = await use(client, tool.name, **arguments)
            assert "InternalError" not in str(result), (name, odd)


async def test_an_unknown_tool_is_an_error_of_the_protocol(client: httpx.AsyncClient) -> None:
    for params in ({"name": "get_custmer"}, {"name": "get_customer", "arguments": ["ada"]}, {}):
        error = (await ask(client, "tools/call", params)).json()["error"]
        assert error["code"] == -32602
    assert "nearest: 'get_customer'" in (await ask(client, "tools/call", {"name": "get_custmer"})).text
    no_object = (await ask(client, "tools/call", {"name": "get_customer", "arguments": ["ada"]})).json()["error"]
    assert no_object["message"] == "The arguments must be an object."


async def test_a_call_is_counted_as_the_operation_that_it_is(client: httpx.AsyncClient) -> None:
    await use(client, "update_customer", customer_id="ada", fields={"City": "Bergen"})
    await use(client, "update_customer", customer_id="ada", fields={"Cty": "Bergen"})
    await ask_modern(client, "nonsense", {})
    report = await client.get(f"/instances/{INSTANCE}/usage", params={"groupBy": "operation,caller,result,errorCode"})
    rows = {
        tuple(row[name] for name in ("operation", "caller", "result", "errorCode", "count"))
        for row in report.json()["rows"]
    }
    assert rows == {
        ("ServeAgents", None, 200, None, 2),
        ("ServeAgents", None, 404, None, 1),
        ("UpdateCustomer", "MCP", 200, None, 1),
        ("UpdateCustomer", "MCP", 400, "UnknownAttribute", 1),
    }


@pytest.fixture
async def guarded(tmp_path: Path, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """A host that needs sign-in."""
    with issuer() as entra:

        def runtime(services: Services, clock: Clock) -> Runtime:
            pages = PageSettings((), SignIn(API, TENANT, f"{API}/user_impersonation"))
            return Runtime(services, entra.authenticator(services.access), clock, pages=pages)

        async with host_over(EmbeddedStore(tmp_path), clock, runtime) as (client, services):
            await services.instances.define(INSTANCE, definition(), clock())
            await put_customers(services, INSTANCE, [{"CustomerId": "ada", "City": "Oslo"}], clock)
            yield client


def bearer(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(**claims)}"}


async def test_an_agent_sees_and_calls_only_what_its_role_permits(guarded: httpx.AsyncClient) -> None:
    every = [tool.name for tool in TOOLS]
    seen = {}
    for role in ("Viewer", "Contributor"):
        tools = (await ask(guarded, "tools/list", **bearer(roles=[role]))).json()["result"]["tools"]
        seen[role] = [tool["name"] for tool in tools]
        assert {tool["name"] for tool in tools if not tool["annotations"]["readOnlyHint"]} == WRITES & {*seen[role]}
    assert seen == {"Viewer": [name for name in every if name not in WRITES], "Contributor": every}
    params = {"name": "update_customer", "arguments": {"customer_id": "ada", "fields": {"City": "Bergen"}}}
    refused = (await ask(guarded, "tools/call", params, **bearer(roles=["Viewer"]))).json()["result"]
    assert (refused["isError"], text_of(refused)) == (True, "This needs the role Contributor.")
    done = (await ask(guarded, "tools/call", params, **bearer(roles=["Contributor"], oid="eve"))).json()["result"]
    assert done["isError"] is False
    read = {"name": "get_customer", "arguments": {"customer_id": "ada"}}
    why = (await ask(guarded, "tools/call", read, **bearer(roles=["Viewer"]))).json()["result"]["structuredContent"]
    assert why["@explain"]["City"]["principal"]["id"] == "eve"


async def test_a_call_counts_once_against_the_rate_limit(guarded: httpx.AsyncClient) -> None:
    read = {"name": "get_customer", "arguments": {"customer_id": "ada"}}
    first, second = [await ask(guarded, "tools/call", read, **bearer(roles=["Viewer"])) for _ in range(2)]
    left = [int(each.headers["RateLimit"].split("r=")[1].split(";")[0]) for each in (first, second)]
    assert left[0] - left[1] == 1


async def test_an_agent_learns_from_the_challenge_where_to_sign_in(guarded: httpx.AsyncClient) -> None:
    refused = await ask(guarded, "tools/list")
    at = f"{str(guarded.base_url).rstrip('/')}{MCP}"
    assert refused.status_code == 401
    assert f'resource_metadata="{at}/oauth-protected-resource"' in refused.headers["WWW-Authenticate"]
    found = (await guarded.get(f"{MCP}/oauth-protected-resource")).json()
    assert found["resource"] == at
    assert found["authorization_servers"] == [f"https://login.microsoftonline.com/{TENANT}/v2.0"]
    assert found["scopes_supported"] == [f"api://{API}/user_impersonation"]
    assert found["bearer_methods_supported"] == ["header"]
    other = await guarded.get(f"/instances/{INSTANCE}/data")
    assert "resource_metadata" not in other.headers["WWW-Authenticate"]
    odd = await guarded.post('/instances/a"b%20c/mcp', json={})
    assert odd.headers["WWW-Authenticate"].count('"') == 4


async def test_a_page_of_another_site_may_use_the_tools_with_a_token(guarded: httpx.AsyncClient) -> None:
    answer = await ask(guarded, "ping", Origin="https://apps.powerapps.com", **bearer(roles=["Viewer"]))
    assert answer.status_code == 200


async def test_a_host_without_sign_in_names_no_issuer(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{MCP}/oauth-protected-resource")
    assert (answer.status_code, answer.json()["message"]) == (404, "No sign-in is needed here.")

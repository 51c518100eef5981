"""The answers of the original API's operations, held against its shapes, property by property."""

from __future__ import annotations

import re
import tomllib
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, put_customers

from function_app.domain.job import Job
from function_app.services.services import Services

SHAPES: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (Path(__file__).parent / "original_shapes.toml").read_text(encoding="utf-8")
)
AT = f"/instances/{INSTANCE}"
PURCHASE = {"PurchaseId": "P-1", "PurchasedOn": "2026-11-20T10:00:00Z", "ContactId": "K-1"}
KEYED = {"dataSourceName": "Crm", "entityName": "Contacts", "key": "K-1"}
ME = "11111111-1111-1111-1111-111111111111"


def is_guid(value: Any) -> bool:
    return isinstance(value, str) and str(uuid.UUID(value)) == value


def is_time(value: Any) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


PLAIN: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "time": is_time,
    "guid": is_guid,
    "Edm": lambda value: re.fullmatch(r"Edm\.[A-Z][A-Za-z0-9]+", value) is not None,
}


def faults(value: Any, kind: str, at: str) -> list[str]:
    """Return where a value is not of a type of the table."""
    if kind.endswith(("?", "-")) and value is None:
        return []
    kind = kind.removesuffix("?")
    if kind.startswith("[") and isinstance(value, list):
        return [fault for number, each in enumerate(value) for fault in faults(each, kind[1:-1], f"{at}/{number}")]
    if kind in SHAPES and isinstance(value, dict):
        members = SHAPES[kind].items()
        return [fault for name, member in members for fault in faults(value.get(name), member, f"{at}/{name}")]
    is_of = PLAIN.get(kind, kind.split("|").__contains__)
    return [] if is_of(value) else [f"{at} is not {kind}: {value!r}"]


ANSWERS = [
    ("GET", "/instances", "[InstanceInfo]", {}, None),
    ("GET", AT, "InstanceInfo", {}, None),
    ("GET", f"{AT}/manage/entities", "IC360EntityModel", {}, None),
    ("GET", f"{AT}/manage/entities", "IC360EntityModel", {"attributesAnnotations": "true"}, None),
    ("GET", f"{AT}/manage/tables", "IC360EntityModel", {"includeQuarantined": "True"}, None),
    ("GET", f"{AT}/manage/entities/Customer", "IEntityMetadata", {}, None),
    ("GET", f"{AT}/manage/entities/Shop_Purchases", "IEntityMetadata", {"attributesAnnotations": "true"}, None),
    ("GET", f"{AT}/manage/tables/UnifiedActivity", "IEntityMetadata", {}, None),
    ("GET", f"{AT}/manage/entities/Customer/entitysize", "EntitySize", {}, None),
    ("GET", f"{AT}/manage/tables/Shop_Purchases/entitysize", "EntitySize", {}, None),
    ("GET", f"{AT}/profile/keyring", "KeyRingResponse", KEYED, None),
    ("GET", f"{AT}/profilestore/stateinfo", "ProfileStoreStateInfo", {}, None),
    ("GET", f"{AT}/rbac/roles", "[RoleDefinition]", {}, None),
    ("GET", f"{AT}/rbac/myrole", "RoleAssignment", {}, None),
    (
        *("PUT", f"{AT}/rbac/principals/{ME}/assignment", "[RoleAssignment]", {}),
        {"principalType": "user", "roles": ["Viewer"]},
    ),
    ("GET", f"{AT}/rbac/assignments", "[RoleAssignment]", {}, None),
    ("POST", f"{AT}/workflows/main/jobs", "GraphJobInfo", {"operationType": "ingestion"}, None),
    ("GET", f"{AT}/workflows/main/jobs/00000001", "GraphJobInfo", {"includeTasks": "true"}, None),
    ("GET", f"{AT}/manage/workflows/main/jobs", "[GraphJobInfo]", {"top": "5"}, None),
    ("GET", f"{AT}/manage/workflows/main/jobs/00000001", "GraphJobInfo", {}, None),
    ("GET", f"{AT}/manage/workflows/main/status", "[object]", {}, None),
    ("GET", f"{AT}/data/Customer", "ODataEntityPayload", {"$count": "true", "proxy": "true"}, None),
    ("GET", f"{AT}/data/UnifiedActivity", "ODataEntityPayload", {"forceSearch": "false"}, None),
    ("POST", f"{AT}/data/Shop_Purchases", "CreatedResult", {}, PURCHASE),
    ("POST", f"{AT}/data/Shop_Purchases", "ODataError", {}, {"PurchaseId": 1}),
    ("GET", f"{AT}/data/Customer", "ODataError", {"$filter": "Nobody eq 1"}, None),
    ("GET", f"{AT}/manage/entities/Nothing", "ApiErrorResult", {}, None),
    ("GET", "/instances/nowhere", "ApiErrorResult", {}, None),
]


@pytest.fixture
async def keyed(client: httpx.AsyncClient, services: Services, clock: Clock) -> httpx.AsyncClient:
    """Return the client of an instance whose customer ada has a key, and an activity."""
    ada = {"CustomerId": "ada", "City": "Oslo", "Crm_Contacts_ContactId": "K-1"}
    await put_customers(services, INSTANCE, [ada], clock)
    job = Job("00000001", "successful", "onDemand", clock(), ended_at=clock())
    assert await services.store.control.create_job(INSTANCE, job, clock())
    answer = await client.post(f"{AT}/data/Shop_Purchases", json=PURCHASE)
    assert answer.status_code == 201, answer.text
    return client


def test_an_answer_of_another_type_is_found() -> None:
    info = {"instanceId": "x", "name": "x", "instanceType": "production"}
    assert faults([info], "[InstanceInfo]", "/") == []
    for name, wrong in (("name", None), ("instanceType", "test"), ("expiryTimeUtc", "2026-01-01T00:00:00")):
        assert len(faults([{**info, name: wrong}], "[InstanceInfo]", "/")) == 1
    assert faults({}, "[InstanceInfo]", "/") == ["/ is not [InstanceInfo]: {}"]
    assert len(faults({"errorCode": "x", "message": "x", "details": [], "innerError": {}}, "ODataError", "/")) == 1


async def test_every_answer_has_the_originals_shape(keyed: httpx.AsyncClient) -> None:
    shapes = set()
    for verb, address, kind, query, body in ANSWERS:
        answer = await keyed.request(verb, address, params=query, json=body)
        if "Error" not in kind:
            assert answer.is_success, (address, answer.text)
        assert faults(answer.json(), kind, f"{verb} {address}") == []
        shapes.add(kind.strip("[]"))
    assert shapes <= {*SHAPES, "object"}


async def test_the_addresses_of_todays_documentation_answer_like_the_older_ones(keyed: httpx.AsyncClient) -> None:
    for older, newer in (("manage/entities", "manage/tables"), ("workflows", "manage/workflows")):
        for rest in (
            "",
            "/Customer",
            "/Customer/entitysize",
            "/Customer/schema?use=output",
            "/main/jobs",
            "/main/status",
        ):
            answers = [await keyed.get(f"{AT}/{path}{rest}") for path in (older, newer)]
            assert answers[0].status_code == answers[1].status_code
            assert answers[0].content == answers[1].content


async def test_an_entitys_size_counts_what_its_lists_return(keyed: httpx.AsyncClient) -> None:
    for name, count in (("Customer", 3), ("UnifiedActivity", 1), ("Shop_Purchases", 1)):
        size = (await keyed.get(f"{AT}/manage/entities/{name}/entitysize")).json()
        assert (size["qualifiedEntityName"], size["rowCount"]) == (name, count)
        assert size["size"] > 0

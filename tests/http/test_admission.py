from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, NOW, Clock, definition, host_over
from support.entra import issuer, token

from function_app import error_codes
from function_app.api.limits import MAX_COUNTED, Limits
from function_app.api.runtime import MAX_FAILURES, Runtime
from function_app.domain.access import Assignment, Grants, Principal, Role
from function_app.errors import ServiceError, Throttled
from function_app.services import access as access_service
from function_app.services.cache import Cache
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

OTHER = "00000000-0000-4000-8000-000000000002"
ADMIN = {"Authorization": f"Bearer {token(oid='boss', roles=['Administrator'])}"}
STRANGER = {"Authorization": f"Bearer {token(oid='mallory')}"}
OPERATOR = Principal("operator", "user", Role.ADMINISTRATOR)
LONG = "E" * 3_000


def keyed(key: str, address: str = "") -> dict[str, str]:
    return {"Ocp-Apim-Subscription-Key": key} | ({"X-Forwarded-For": address} if address else {})


@dataclass
class Guarded:
    """A host with Entra's tokens and keys, and the instances whose grants were looked up."""

    client: httpx.AsyncClient
    services: Services
    looked_up: list[str] = field(default_factory=list)

    async def key(self, instance_id: str, role: Role = Role.VIEWER) -> str:
        return await self.services.access.regenerate(instance_id, role, "primary", OPERATOR, NOW)

    async def counted(self, instance_id: str = INSTANCE) -> list[dict[str, Any]]:
        grouped = {"groupBy": "operation,entity,caller,principal,result"}
        answer = await self.client.get(f"instances/{instance_id}/usage", params=grouped, headers=ADMIN)
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["rows"]
        return [row for row in rows if row["operation"] != "GetUsage"]


@pytest.fixture
async def guarded(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Guarded]:
    with issuer() as entra:

        def runtime(services: Services, clock: Clock) -> Runtime:
            return Runtime(services, entra.authenticator(services.access), clock, Limits(100_000))

        async with host_over(EmbeddedStore(tmp_path), clock, runtime) as (client, services):
            for instance_id in (INSTANCE, OTHER):
                await services.instances.define(instance_id, definition(), clock())
            found, read_grants = Guarded(client, services), services.store.access.read_grants

            async def read(instance_id: str) -> Grants:
                found.looked_up.append(instance_id)
                return await read_grants(instance_id)

            monkeypatch.setattr(services.store.access, "read_grants", read)
            yield found


async def test_a_caller_without_a_role_writes_nothing_into_the_usage_of_an_instance(guarded: Guarded) -> None:
    path = f"instances/{INSTANCE}/data/{LONG}/x"
    answer = await guarded.client.get(path, params={"caller": "<img src=x>"}, headers=STRANGER)
    assert answer.status_code == 403
    assert await guarded.counted() == []


async def test_usage_names_only_entities_of_the_instance_and_callers_that_the_operation_accepts(
    guarded: Guarded,
) -> None:
    at = f"instances/{INSTANCE}/data"
    for path in (f"{at}/{LONG}/x", f"{at}/Shop_Purchases/x", f"{at}/Customer/x?caller=anyone"):
        await guarded.client.get(path, headers=ADMIN)
    body = {"City": "Oslo"}
    for caller in ("flow", "f" * 201):
        await guarded.client.patch(f"{at}/Customer/x", params={"caller": caller}, json=body, headers=ADMIN)
    seen = {(row["operation"], row["entity"], row["caller"], row["result"]) for row in await guarded.counted()}
    assert seen == {
        ("GetActivity", None, None, 400),
        ("GetActivity", "Shop_Purchases", None, 404),
        ("GetCustomer", "Customer", None, 400),
        ("UpdateCustomer", "Customer", "flow", 404),
        ("UpdateCustomer", "Customer", None, 400),
    }


async def test_usage_that_the_store_refuses_for_one_instance_is_written_for_the_others(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write = guarded.services.store.usage.write

    async def write_others(instance_id: str, *rest: Any) -> None:
        if instance_id == INSTANCE:
            raise ServiceError(error_codes.NOT_STORABLE("too large"))
        await write(instance_id, *rest)

    monkeypatch.setattr(guarded.services.store.usage, "write", write_others)
    for instance_id in (INSTANCE, OTHER):
        await guarded.client.get(f"instances/{instance_id}", headers=ADMIN)
    assert [row["operation"] for row in await guarded.counted(OTHER)] == ["GetInstance"]
    assert "not written" in caplog.text


async def test_many_wrong_keys_are_refused_by_429_and_the_right_one_still_works(guarded: Guarded, clock: Clock) -> None:
    key = await guarded.key(INSTANCE)
    path = f"instances/{INSTANCE}"
    statuses = [
        (await guarded.client.get(path, headers=keyed(f"{INSTANCE}.wrong"))).status_code
        for _ in range(MAX_FAILURES + 3)
    ]
    assert statuses == [401] * MAX_FAILURES + [429] * 3
    assert guarded.looked_up == [INSTANCE]
    assert (await guarded.client.get(path, headers=keyed(key))).status_code == 200
    clock.advance(minutes=1)
    assert (await guarded.client.get(path, headers=keyed(f"{INSTANCE}.wrong"))).status_code == 401


async def test_invented_instances_push_out_no_real_one_and_are_looked_up_once(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await guarded.key(INSTANCE)
    monkeypatch.setattr(guarded.services.access, "_without", Cache(5))
    for _ in range(2):
        assert (await guarded.client.get(f"instances/{INSTANCE}", headers=keyed(key))).status_code == 200
        for n in range(6):
            for _ in range(2):
                answer = await guarded.client.get(f"instances/{INSTANCE}", headers=keyed(f"x{n}.y"))
                assert answer.status_code == 401
    assert guarded.looked_up.count(INSTANCE) == 1
    assert guarded.looked_up.count("x0") == 2


async def test_an_address_with_many_failures_gets_no_more_look_ups_and_those_who_share_it_are_served(
    guarded: Guarded,
) -> None:
    key, address = await guarded.key(INSTANCE), "203.0.113.9:4711"
    served = f"instances/{INSTANCE}"
    assert (await guarded.client.get(served, headers=keyed(key, address))).status_code == 200
    statuses = [
        (await guarded.client.get(f"instances/x{n}", headers=keyed(f"x{n}.y", f"198.51.100.1, {address}"))).status_code
        for n in range(MAX_FAILURES + 3)
    ]
    assert statuses == [401] * MAX_FAILURES + [429] * 3
    assert len(guarded.looked_up) == MAX_FAILURES + 1
    assert (await guarded.client.get(served, headers=keyed(key, address))).status_code == 200
    assert (await guarded.client.get("instances/new", headers=keyed("new.y", "203.0.113.10:1"))).status_code == 401


@pytest.mark.parametrize("named", [LONG, "a b", "..", "a_b", "a%2Fb"])
async def test_what_can_be_no_instance_is_not_looked_up(guarded: Guarded, named: str) -> None:
    by_key = await guarded.client.get(f"instances/{INSTANCE}", headers=keyed(f"{named}.y"))
    by_path = await guarded.client.get(f"instances/{named}/rbac/myrole", headers=STRANGER)
    assert (by_key.status_code, by_path.status_code) in {(401, 403), (401, 404)}  # 404: the host resolves dots
    assert guarded.looked_up == []


async def test_keys_of_two_instances_have_separate_limits_and_names(tmp_path: Path, clock: Clock) -> None:
    with issuer() as entra:

        def runtime(services: Services, clock: Clock) -> Runtime:
            return Runtime(services, entra.authenticator(services.access), clock, Limits(3))

        async with host_over(EmbeddedStore(tmp_path), clock, runtime) as (client, services):
            keys = {}
            for instance_id in (INSTANCE, OTHER):
                await services.instances.define(instance_id, definition(), clock())
                keys[instance_id] = await services.access.regenerate(
                    instance_id, Role.VIEWER, "primary", OPERATOR, clock()
                )
            for _ in range(3):
                await client.get("instances", headers=keyed(keys[INSTANCE]))
            assert (await client.get("instances", headers=keyed(keys[INSTANCE]))).status_code == 429
            answer = await client.get(f"instances/{OTHER}", headers=keyed(keys[OTHER]))
            assert answer.headers["RateLimit"].startswith('"minute";r=2;')
            report = await client.get(f"instances/{OTHER}/usage?groupBy=principal", headers=keyed(keys[OTHER]))
            assert [row["principal"] for row in report.json()["rows"]] == [f"key:{OTHER}:Viewer:primary"]


async def test_a_key_in_the_query_shows_no_one_whether_another_instance_exists(guarded: Guarded) -> None:
    key = await guarded.key(INSTANCE)
    answers = [
        await guarded.client.get(f"instances/{instance_id}/data", params={"subscription-key": key})
        for instance_id in (OTHER, "missing")
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].content == answers[1].content


async def test_an_assignment_is_seen_at_once_where_an_instance_had_no_grants(guarded: Guarded) -> None:
    assert (await guarded.client.get(f"instances/{INSTANCE}", headers=STRANGER)).status_code == 403
    assigned = Assignment("mallory", "user", Role.VIEWER)
    await guarded.services.access.assign(INSTANCE, assigned, OPERATOR, NOW)
    assert (await guarded.client.get(f"instances/{INSTANCE}", headers=STRANGER)).status_code == 200


async def test_health_asks_the_store_rarely_however_often_it_is_asked(
    guarded: Guarded, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, check = [], guarded.services.store.check

    async def counted() -> None:
        asked.append(clock.now)
        await check()

    monkeypatch.setattr(guarded.services.store, "check", counted)
    for _ in range(50):
        assert (await guarded.client.get("health")).status_code == 200
    assert len(asked) == 1
    clock.advance(seconds=5)
    await guarded.client.get("health")
    assert len(asked) == 2


def test_counts_of_a_minute_are_bounded() -> None:
    limits = Limits(2, "failures")
    for n in range(MAX_COUNTED):
        limits.take(f"address {n}", NOW)
    for name in ("x", "y"):
        limits.take(name, NOW)
    with pytest.raises(Throttled, match="2 failures"):
        limits.take("z", NOW)
    assert limits.take("address 1", NOW) == 0


def test_a_full_cache_drops_only_what_was_read_first() -> None:
    cache = Cache[str, int](2)
    for number, name in enumerate("aba"):
        cache.put(name, number, NOW)
    cache.put("c", 3, NOW)
    assert [cache.get(name, NOW) for name in "abc"] == [2, None, 3]
    assert access_service.MAX_KEPT == 10_000


async def test_who_is_in_too_many_groups_is_reported_what_to_do(guarded: Guarded) -> None:
    assigned = Assignment("crew", "group", Role.VIEWER)
    await guarded.services.access.assign(INSTANCE, assigned, OPERATOR, NOW)
    few, many = {"groups": ["crew"]}, {"_claim_names": {"groups": "src1"}}
    answers = [
        await guarded.client.get(f"instances/{INSTANCE}", headers={"Authorization": f"Bearer {token(**claims)}"})
        for claims in (few, many, {})
    ]
    assert [answer.status_code for answer in answers] == [200, 403, 403]
    assert "too many" in answers[1].json()["message"]
    assert "too many" not in answers[2].json()["message"]

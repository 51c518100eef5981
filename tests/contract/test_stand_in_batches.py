"""The Cosmos DB stand-in of the tests answers transactional batches as the service does: all operations or none."""

from __future__ import annotations

import asyncio
import json
from copy import deepcopy
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosBatchOperationError,
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)
from support import CosmosServer

PK = "i|ada"
OF_A_BATCH = 1.2 * 1024 * 1024
IF_MATCH = MatchConditions.IfNotModified


def document(name: str, **members: Any) -> dict[str, Any]:
    return {"id": name, "pk": PK, **members}


def create(name: str, **members: Any) -> tuple[Any, ...]:
    return ("create", (document(name, **members),))


def upsert(name: str, **members: Any) -> tuple[Any, ...]:
    return ("upsert", (document(name, **members),))


def replace(name: str, etag: str | None = None, **members: Any) -> tuple[Any, ...]:
    return ("replace", (name, document(name, **members)), {"if_match_etag": etag})


def patch(name: str, *operations: dict[str, Any], **conditions: str) -> tuple[Any, ...]:
    return ("patch", (name, list(operations)), conditions)


def put(path: str, value: Any) -> dict[str, Any]:
    return {"op": "set", "path": path, "value": value}


async def run(profiles: ContainerProxy, *operations: tuple[Any, ...]) -> list[dict[str, Any]]:
    return list(await profiles.execute_item_batch(deepcopy(operations), PK))  # the SDK empties the conditions


async def failure(profiles: ContainerProxy, *operations: tuple[Any, ...]) -> list[int]:
    """Run a batch of which an operation fails; return the status of each."""
    with pytest.raises(CosmosBatchOperationError) as failed:
        await run(profiles, *operations)
    statuses = [each["statusCode"] for each in failed.value.operation_responses]
    assert failed.value.status_code == statuses[failed.value.error_index or 0]
    return statuses


async def everything(profiles: ContainerProxy) -> dict[str, Any]:
    """Return every document of the partition by id, without what the service adds but with the etag."""
    found = profiles.query_items("SELECT * FROM c WHERE c.pk = @pk", parameters=[{"name": "@pk", "value": PK}])
    return {each["id"]: each async for each in found}


async def test_a_batch_answers_each_operation_in_order(profiles: ContainerProxy) -> None:
    read = await profiles.create_item(document("read"))
    for name in ("replaced", "known", "patched", "deleted"):
        await profiles.create_item(document(name))
    answers = await run(
        profiles,
        create("made", city="Oslo"),
        ("read", ("read",)),
        replace("replaced", city="Oslo"),
        upsert("new"),
        upsert("known", city="Oslo"),
        patch("patched", put("/city", "Oslo")),
        ("delete", ("deleted",)),
    )
    assert [each["statusCode"] for each in answers] == [201, 200, 200, 201, 200, 200, 204]
    found = await everything(profiles)
    assert sorted(found) == ["known", "made", "new", "patched", "read", "replaced"]
    assert [found[name].get("city") for name in ("made", "replaced", "known", "patched")] == ["Oslo"] * 4
    for name, answer in zip(("made", "read", "replaced", "new", "known", "patched"), answers, strict=False):
        assert answer["resourceBody"] == found[name]
        assert answer["eTag"] == found[name]["_etag"]
    assert answers[1]["eTag"] == read["_etag"]
    assert not {"eTag", "resourceBody"} & set(answers[6])


async def test_an_operation_sees_the_operations_before_it(profiles: ContainerProxy) -> None:
    await profiles.create_item(document("a"))
    answers = await run(
        profiles,
        ("delete", ("a",)),
        create("a", n=1),
        patch("a", {"op": "incr", "path": "/n", "value": 1}),
        upsert("b"),
    )
    assert [each["statusCode"] for each in answers] == [204, 201, 200, 201]
    found = await everything(profiles)
    assert found["a"]["n"] == 2
    assert len({each["_rid"] for each in found.values()}) == 2
    assert await failure(profiles, create("c"), create("c")) == [424, 409]


async def test_every_write_of_a_batch_changes_the_etag(profiles: ContainerProxy) -> None:
    made = await profiles.create_item(document("a"))
    answers = await run(profiles, upsert("a"), replace("a"), patch("a", put("/n", 1)))
    assert len({made["_etag"], *(each["eTag"] for each in answers)}) == 4
    assert (await everything(profiles))["a"]["_etag"] == answers[-1]["eTag"]


async def test_a_matching_etag_is_accepted(profiles: ContainerProxy) -> None:
    etags = {name: (await profiles.create_item(document(name)))["_etag"] for name in "abcd"}
    await run(
        profiles,
        replace("a", etags["a"], n=1),
        ("upsert", (document("b", n=1),), {"if_match_etag": etags["b"]}),
        patch("c", put("/n", 1), if_match_etag=etags["c"]),
        ("delete", ("d",), {"if_match_etag": etags["d"]}),
    )
    assert {name: each["n"] for name, each in (await everything(profiles)).items()} == {"a": 1, "b": 1, "c": 1}


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (create("there"), 409),
        (replace("there", "another"), 412),
        (("upsert", (document("there"),), {"if_match_etag": "another"}), 412),
        (("delete", ("there",), {"if_match_etag": "another"}), 412),
        (patch("there", put("/n", 1), if_match_etag="another"), 412),
        (patch("there", put("/n", 1), filter_predicate="from c where c.theCity = 'Bergen'"), 412),
        (("read", ("nowhere",)), 404),
        (replace("nowhere"), 404),
        (("delete", ("nowhere",)), 404),
        (patch("nowhere", put("/n", 1)), 404),
        (create("new", pk="i|bob"), 400),
        (("create", ({"id": "new"},)), 400),
        (upsert("there", pk="i|bob"), 400),
        (replace("there", pk="i|bob"), 400),
        (patch("there", put("/pk", "i|bob")), 400),
        (patch("there", put("/id", "another")), 400),
        (("replace", ("there", document("another"))), 400),
        (("create", ({"pk": PK},)), 400),
        (create("x" * 1_024), 400),
        (create("a/b"), 400),
        (create("new", ttl=0), 400),
        (upsert("there", ttl=-2), 400),
        (replace("there", ttl=None), 400),
        (patch("there", put("/ttl", 0)), 400),
    ],
)
async def test_a_batch_of_which_one_operation_fails_does_nothing(
    profiles: ContainerProxy, operation: tuple[Any, ...], status: int
) -> None:
    await profiles.create_item(document("there", theCity="Oslo"))
    await profiles.create_item(document("patched"))
    await profiles.create_item(document("deleted"))
    before = await everything(profiles)
    changes = [create("made"), patch("patched", put("/n", 1)), ("delete", ("deleted",))]
    assert await failure(profiles, *changes, operation, upsert("after")) == [424, 424, 424, status, 424]
    assert await everything(profiles) == before


async def test_a_patch_that_makes_a_document_too_large_fails(profiles: ContainerProxy) -> None:
    thirds = [put(f"/{part}", part * 1_000_000) for part in "abc"]
    await run(profiles, create("there"), patch("there", thirds[0]))
    await run(profiles, patch("there", thirds[1]))
    assert await failure(profiles, create("made"), patch("there", thirds[2])) == [424, 413]
    (found,) = (await everything(profiles)).values()
    assert "c" not in found


async def test_a_condition_that_holds_is_accepted(profiles: ContainerProxy) -> None:
    await profiles.create_item(document("a", theCity="Oslo"))
    await profiles.create_item(document("b", theCity="Bergen"))
    await run(profiles, patch("a", put("/n", 1), filter_predicate="from c where c.theCity = 'Oslo'"), ("read", ("b",)))
    held = "from c where c.theCity = 'Bergen' OR c.n = 1"
    await run(profiles, ("read", ("b",)), patch("a", put("/n", 2), filter_predicate=held))
    assert (await everything(profiles))["a"]["n"] == 2


async def test_a_batch_has_1_to_100_operations(profiles: ContainerProxy) -> None:
    for count in (0, 101):
        with pytest.raises(CosmosHttpResponseError) as refused:
            await run(profiles, *(create(f"d{n}") for n in range(count)))
        assert refused.value.status_code == 400
    assert await everything(profiles) == {}
    assert len(await run(profiles, *(create(f"d{n}") for n in range(100)))) == 100
    assert len(await everything(profiles)) == 100


@pytest.mark.filterwarnings("ignore:Sending a large body")  # aiohttp's warning
async def test_a_batch_has_at_most_the_size_that_the_sdk_states(profiles: ContainerProxy) -> None:
    fits = [create("a", text="x" * 600_000), create("b", text="x" * 600_000)]
    assert len(json.dumps(fits)) < OF_A_BATCH
    await run(profiles, *fits)
    with pytest.raises(CosmosHttpResponseError) as refused:
        await run(profiles, upsert("a", text="x" * 600_000), upsert("b", text="x" * 700_000))
    assert refused.value.status_code == 413


async def test_a_batch_reaches_only_documents_of_its_partition_key(profiles: ContainerProxy) -> None:
    await profiles.create_item(document("a", pk="i|bob"))
    for operation in (("read", ("a",)), ("delete", ("a",)), replace("a"), patch("a", put("/n", 1))):
        assert await failure(profiles, operation) == [404]
    await run(profiles, create("a"))
    with pytest.raises(CosmosBatchOperationError):
        await profiles.execute_item_batch([upsert("a", n=1)], "i|bob")
    assert "n" not in await profiles.read_item("a", "i|bob")
    assert "n" not in await profiles.read_item("a", PK)


@pytest.mark.parametrize(
    "operation",
    [("read", ("a",), {"if_match_etag": "another"}), ("upsert", (document("a"),), {"if_none_match_etag": "*"})],
)
async def test_a_condition_that_the_stand_in_can_not_check_is_refused(
    profiles: ContainerProxy, operation: tuple[Any, ...]
) -> None:
    with pytest.raises(CosmosHttpResponseError) as refused:
        await run(profiles, operation)
    assert refused.value.status_code == 400


async def test_a_document_of_a_batch_expires_and_a_batch_can_create_it_again(
    cosmos: CosmosServer, profiles: ContainerProxy
) -> None:
    first, _ = await run(profiles, create("a", ttl=100), create("kept"))
    cosmos.advance(60)
    await run(profiles, patch("a", put("/n", 1)))
    cosmos.advance(60)
    assert (await profiles.read_item("a", PK))["n"] == 1
    cosmos.advance(60)
    with pytest.raises(CosmosResourceNotFoundError):
        await profiles.read_item("a", PK)
    for operation in (("read", ("a",)), ("delete", ("a",)), replace("a", first["eTag"]), patch("a", put("/n", 1))):
        assert await failure(profiles, operation) == [404]
    assert await failure(profiles, create("a"), create("kept")) == [424, 409]
    assert list(await everything(profiles)) == ["kept"]
    (again,) = await run(profiles, create("a", ttl=100))
    assert again["statusCode"] == 201
    assert (await everything(profiles))["a"]["_etag"] == again["eTag"] != first["eTag"]


async def test_a_batch_that_fails_takes_no_single_write_back(profiles: ContainerProxy) -> None:
    await profiles.create_item(document("there"))
    large = "x" * 200_000  # so that a batch arrives in many pieces

    async def fail(n: int) -> None:
        assert await failure(profiles, create(f"b{n}", large=large), upsert("s0"), create("there")) == [424, 424, 409]

    singles = [profiles.upsert_item(document(f"s{n}", n=n)) for n in range(60)]
    await asyncio.gather(*(each for n, single in enumerate(singles) for each in (single, fail(n))))
    found = await everything(profiles)
    assert sorted(found) == sorted(["there", *(f"s{n}" for n in range(60))])
    assert found["s0"]["n"] == 0


async def test_a_reader_finds_all_of_a_batch_or_nothing(profiles: ContainerProxy) -> None:
    async def write(n: int) -> None:
        await run(profiles, *(upsert(f"d{part}", n=n) for part in range(20)))

    async def read() -> None:
        found = await everything(profiles)
        assert len({each["n"] for each in found.values()}) <= 1
        assert len(found) in {0, 20}

    await asyncio.gather(*(each for n in range(20) for each in (write(n), read(), read())))


async def test_racing_single_writes_and_batches_lose_no_step(profiles: ContainerProxy) -> None:
    await profiles.create_item(document("counter", n=0))

    async def step(racer: int, number: int) -> None:
        """Count one up: in turn by a single write, and by a batch that also notes the step."""
        while True:
            counter = await profiles.read_item("counter", PK)
            body, etag = document("counter", n=counter["n"] + 1), counter["_etag"]
            try:
                if number % 2:
                    await run(profiles, create(f"{racer}-{number}"), replace("counter", etag, n=counter["n"] + 1))
                else:
                    await profiles.replace_item("counter", body, etag=etag, match_condition=IF_MATCH)
            except (CosmosBatchOperationError, CosmosHttpResponseError) as error:
                assert error.status_code == 412  # noqa: PT017  # the only one that is tried again
            else:
                return

    async def race(racer: int) -> None:
        for number in range(6):
            await step(racer, number)

    await asyncio.gather(*(race(racer) for racer in range(6)))
    found = await everything(profiles)
    assert found.pop("counter")["n"] == 36
    assert sorted(found) == sorted(f"{racer}-{number}" for racer in range(6) for number in (1, 3, 5))


async def test_a_batch_counts_as_one_request(cosmos: CosmosServer, profiles: ContainerProxy) -> None:
    await profiles.create_item(document("a"))
    cosmos.requests()
    await run(profiles, create("b"), patch("a", put("/n", 1)), ("read", ("a",)))
    await failure(profiles, create("a"), create("c"))
    with pytest.raises(CosmosResourceExistsError):
        await profiles.create_item(document("a"))
    requests = cosmos.requests()
    assert [each["kind"] for each in requests] == ["batch", "batch", "create"]
    assert [each["operationType"] for each in json.loads(requests[0]["body"])] == ["Create", "Patch", "Read"]

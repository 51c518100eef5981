from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from support import INSTANCE, NOW, create_activity, in_json, model, profile, put_profiles

from function_app.domain.activity import Activity, SourceKey, activity_of_unified
from function_app.domain.job import Counts, Job, RejectedRow, Task
from function_app.domain.profile import Update
from function_app.domain.query import ActivityQuery
from function_app.store.port import Store

DIGESTS = {"ada": "0" * 24, "bob": "f" * 24}
KEYS = [SourceKey("Crm", "1|a"), SourceKey("Crm", "2")]
OTHER = f"{INSTANCE}-2"
JOB = Job("00000001", "queued", "onDemand", NOW)


def update(customer_id: str, update_id: str = "u1", hours: float = 1) -> Update:
    return Update(update_id, customer_id, {"City": "Bergen"}, NOW, NOW, NOW + timedelta(hours=hours), "f")


def activity(customer_id: str, activity_id: str, hours: float | None = 1, title: str = "") -> Activity:
    record = {"CustomerId": customer_id, "ActivityId": activity_id, "ActivityType": "Other", "Title": title}
    record["ActivityTime"] = "2026-11-23T11:00:00.000000Z"
    return activity_of_unified(record, title, NOW + timedelta(hours=hours) if hours else None)


async def add(store: Store, customer_id: str, update_id: str = "u1", hours: float = 1) -> None:
    assert await store.customers.add_update(INSTANCE, update(customer_id, update_id, hours), model().fitting, NOW)


async def load(store: Store, *names: str) -> None:
    people = [profile(name, City="Oslo") for name in names]
    await put_profiles(store, INSTANCE, in_json(*people), DIGESTS)


async def test_profiles_of_another_digest_come_as_they_are_and_new_ones_as_none(store: Store) -> None:
    await load(store, "ada", "bob")
    await add(store, "bob")
    asked = {"ada": DIGESTS["ada"], "bob": "1" * 24, "nobody": DIGESTS["ada"]}
    bob = profile("bob", City="Oslo")
    assert await store.customers.find_changed(INSTANCE, asked) == {"bob": bob, "nobody": None}
    assert await store.customers.find_changed(INSTANCE + "0", DIGESTS) == dict.fromkeys(DIGESTS)
    assert await store.customers.find_changed(INSTANCE, {}) == {}


async def test_a_profile_written_without_a_digest_has_none_of_another_content(store: Store) -> None:
    await put_profiles(store, INSTANCE, in_json(profile("ada")))
    assert await store.customers.find_changed(INSTANCE, {"ada": DIGESTS["ada"]}) == {"ada": profile("ada")}


async def test_ids_come_in_pages_in_order(store: Store) -> None:
    await load(store, "c", "a", "b", "d|x")
    assert await store.customers.find_ids(INSTANCE, "", 2) == ["a", "b"]
    assert await store.customers.find_ids(INSTANCE, "b", 9) == ["c", "d|x"]
    assert await store.customers.find_ids(INSTANCE + "0", "", 9) == []


async def test_updated_customers_are_those_with_live_updates_and_a_profile(store: Store) -> None:
    await load(store, "ada", "bob", "eve", "nobody")
    for owner in ("ada", "eve", "nobody"):
        await add(store, owner, "u1")
        await add(store, owner, "u2", hours=0.5)
    await add(store, "bob", hours=0.5)
    await store.customers.remove(INSTANCE, ["nobody"])
    later = NOW + timedelta(hours=0.5)
    found = await store.customers.find_updated(INSTANCE, "", 9, later)
    assert [(c.customer_id, c.source["City"], [u.update_id for u in c.updates]) for c in found] == [
        ("ada", "Oslo", ["u1"]),
        ("bob", "Oslo", []),
        ("eve", "Oslo", ["u1"]),
    ]
    assert [c.customer_id for c in await store.customers.find_updated(INSTANCE, "", 1, NOW)] == ["ada"]
    assert [c.customer_id for c in await store.customers.find_updated(INSTANCE, "bob", 9, NOW)] == ["eve"]


async def test_a_removed_customer_has_no_profile_and_keeps_its_updates_until_they_expire(store: Store) -> None:
    await load(store, "ada", "bob")
    for owner in ("ada", "bob"):
        await add(store, owner)
    await store.customers.remove(INSTANCE, ["ada", "unknown"])
    fitting = model().fitting
    assert await store.customers.read(INSTANCE, "ada", fitting, NOW) is None
    assert await store.customers.add_update(INSTANCE, update("ada", "u2"), fitting, NOW) is None
    assert [c.customer_id for c in await store.customers.find_updated(INSTANCE, "", 9, NOW)] == ["bob"]
    assert await store.customers.find_ids(INSTANCE, "", 9) == ["bob"]
    await load(store, "ada")
    again = await store.customers.read(INSTANCE, "ada", fitting, NOW)
    assert again
    assert (again.attributes["City"], again.source["City"]) == ("Bergen", "Oslo")
    known = await store.customers.add_update(INSTANCE, update("ada"), fitting, NOW)
    assert known
    assert known.known == update("ada")


async def test_pages_of_rejected_rows_are_kept_and_written_again_in_place(store: Store) -> None:
    task = Task(JOB.job_id, 3, 0, "load", "Customer", "f", "v")
    rows = [RejectedRow(n, n + 1, "Points", f"'Points' must be a number; received 'x{n}'.") for n in range(1, 3)]
    rows.append(RejectedRow(4, 5, None, "A quoted value never ends.", rows=3))
    await store.control.write_rejected(INSTANCE, task, rows[:1], NOW)
    await store.control.write_rejected(INSTANCE, task, rows[:2], NOW)
    await store.control.write_rejected(INSTANCE, replace(task, rejected_pages=1), rows[2:], NOW)
    assert [await store.control.read_rejected(INSTANCE, task, page) for page in range(3)] == [rows[:2], rows[2:], []]
    assert await store.control.read_rejected(INSTANCE, replace(task, index=4), 0) == []
    assert await store.control.read_tasks(INSTANCE, JOB.job_id) == []


async def test_a_job_and_a_task_come_back_with_all_they_hold(store: Store) -> None:
    job = replace(JOB, accept_removals=True, attempts=2, warnings=("odd",), snapshots={"Customer": "i/Customer/1"})
    assert await store.control.create_job(INSTANCE, job, NOW)
    assert await store.control.read_job(INSTANCE, job.job_id) == job
    task = Task(job.job_id, 0, 0, "load", "Customer", "f", "v", ("City",), 1, doubts=("d",), warnings=("w",))
    task = replace(task, seen_at=NOW, rejected_pages=2, notes=({"key": "k"},))
    await store.control.write_tasks(INSTANCE, [task], NOW)
    assert await store.control.read_tasks(INSTANCE, job.job_id) == [task]


async def test_a_source_activity_replaces_its_twin_and_never_ends(store: Store) -> None:
    await create_activity(store, activity("ada", "x"), NOW)
    source = activity("ada", "x", hours=None, title="from the source")
    await store.activities.write_sources(INSTANCE, [source, activity("ada", "y", hours=None)], NOW)
    found = await store.activities.read_many(INSTANCE, ["x", "z"])
    assert found == [source]
    page = await store.activities.find(INSTANCE, ActivityQuery("ada"), 9, NOW + timedelta(days=400))
    assert len(page) == 2


async def test_activities_of_all_customers_are_found_by_their_ids(store: Store) -> None:
    ended, lasting, hidden = activity("ada", "x"), activity("bob", "x", hours=None), activity("bob", "h/1").withdraw()
    await store.activities.write_sources(INSTANCE, [ended, lasting, hidden, activity("ada", "y")], NOW)
    await store.activities.write_sources(OTHER, [activity("ada", "x")], NOW)
    await store.activities.park(INSTANCE, KEYS[0], activity("", "x"), NOW)
    found = await store.activities.read_many(INSTANCE, ["x", "h/1", "none"])
    assert sorted(found, key=str) == sorted([ended, lasting, hidden], key=str)
    assert await store.activities.read_many(INSTANCE, []) == []
    assert len(await store.activities.read_many(INSTANCE, [f"n{n}" for n in range(450)] + ["y"])) == 1


async def test_activities_of_a_customer_are_all_of_them_until_removed(store: Store) -> None:
    made = [activity("ada", "x"), activity("ada", "y", hours=None), replace(activity("ada", "h"), hidden=True)]
    await store.activities.write_sources(INSTANCE, [*made, activity("bob", "x")], NOW)

    async def left(now: datetime) -> set[str]:
        return {found.activity_id for found in await store.activities.read_of_customer(INSTANCE, "ada", now)}

    assert await left(NOW) == {"x", "y", "h"}
    assert await left(NOW + timedelta(hours=1)) == {"y"}
    await store.activities.remove(INSTANCE, [*made[:2], activity("ada", "never there")])
    assert await left(NOW) == {"h"}
    assert len(await store.activities.read_of_customer(INSTANCE, "bob", NOW)) == 1


async def test_customers_of_many_keys_are_found_at_once(store: Store) -> None:
    await store.keys.write(INSTANCE, {KEYS[0]: "ada"})
    assert await store.keys.find_customers(INSTANCE, KEYS) == {KEYS[0]: "ada"}
    assert await store.keys.find_customers(INSTANCE, []) == {}


async def test_of_two_jobs_of_one_id_one_is_created(store: Store) -> None:
    assert await store.control.create_job(INSTANCE, JOB, NOW)
    assert not await store.control.create_job(INSTANCE, JOB, NOW)
    assert await store.control.read_job(INSTANCE, JOB.job_id) == JOB
    assert await store.control.read_job(INSTANCE, "2") is None


async def test_jobs_are_listed_newest_first_as_they_were_written_last(store: Store) -> None:
    ended = replace(JOB, status="failed", ended_at=NOW, message="because")
    second = replace(JOB, job_id="00000002")
    assert await store.control.create_job(INSTANCE, JOB, NOW)
    assert await store.control.create_job(INSTANCE, second, NOW)
    assert await store.control.update_job(INSTANCE, ended, NOW)
    assert await store.control.list_jobs(INSTANCE, 9) == [second, ended]
    assert await store.control.list_jobs(INSTANCE, 1) == [second]
    assert await store.control.list_jobs(INSTANCE + "0", 9) == []
    assert await store.control.read_instance(INSTANCE) is None


async def test_a_job_that_has_ended_is_never_changed_again(store: Store) -> None:
    aborted = replace(JOB, status="aborted", ended_at=NOW)
    assert not await store.control.update_job(INSTANCE, JOB, NOW)
    await store.control.create_job(INSTANCE, JOB, NOW)
    running = [replace(JOB, status="running", attempts=n) for n in range(1, 9)]
    results = await asyncio.gather(*(store.control.update_job(INSTANCE, job, NOW) for job in (*running, aborted)))
    assert results[-1]
    assert not await store.control.update_job(INSTANCE, running[0], NOW)
    assert await store.control.read_job(INSTANCE, JOB.job_id) == aborted


async def test_tasks_come_back_by_index_as_they_were_written_last(store: Store) -> None:
    tasks = [Task(JOB.job_id, index, 0, "load", "Customer", f"f{index}", "v") for index in range(11)]
    await store.control.write_tasks(INSTANCE, [*tasks, replace(tasks[0], job_id="00000002")], NOW)
    notes = ({"file": "f1", "row": 3, "reason": "æ"},)
    tasks[1] = replace(tasks[1], done=True, seen_at=NOW, counts=Counts(rows=3, landed=1), notes=notes)
    await store.control.write_tasks(INSTANCE, [tasks[1]], NOW)
    assert await store.control.read_tasks(INSTANCE, JOB.job_id) == tasks

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from support import ROOT

from function_app.api.dispatch import create_app
from function_app.bootstrap import OPERATIONS
from infra import charges as published
from infra.charges import create, querying, read
from infra.sizing import LOOKS_AT_QUEUE, QUEUES, Measured, Prices, Workload, bill, charges, measure, tables, terms

KB = 1024


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure()


@pytest.mark.parametrize(("kb", "units"), [(1, 1.00), (4, 1.14), (128, 9.95)])
def test_a_read_costs_what_is_published(kb: int, units: float) -> None:
    assert read(kb * KB) == pytest.approx(units)


def test_a_create_costs_what_is_published() -> None:
    assert create(KB, 10) == pytest.approx(4.95 + 2.0)  # published: about 7


def test_a_replace_costs_what_is_published() -> None:
    assert published.replace(KB, 2) == pytest.approx(10.8, rel=0.02)


def test_a_query_of_one_small_document_costs_what_is_published() -> None:
    assert querying(KB).units == pytest.approx(2.5)


def test_less_than_a_kilobyte_costs_as_one_and_sizes_between_lie_between() -> None:
    assert read(10) == read(KB)
    assert read(4 * KB) < read(6 * KB) < read(8 * KB)


def test_terms_are_values_below_an_indexed_path_and_not_below_one_left_out() -> None:
    document = {"pk": "a", "fingerprint": "b", "names": ["c", "d"], "attributes": {"City": "e", "SemanticData": "f"}}
    paths = (["/pk/?", "/names/[]/?", "/attributes/*"], ["/attributes/SemanticData/?"])
    assert terms(document, paths) == len({"pk", "c", "d", "City"})


def test_the_sample_is_measured_as_the_store_writes_it(measured: Measured) -> None:
    sizes = (measured.profile[0], measured.update[0], measured.activity[0], measured.key[0])
    assert all(300 < size < 4 * KB for size in sizes)
    assert measured.profile[1] > measured.update[1] > measured.key[1]


def test_an_update_a_read_and_an_activity_stay_cheap(measured: Measured) -> None:
    found = {each.operation: each.units for each in charges(measured, Workload())}
    assert found["Read a customer"] < 2
    assert found["Update a profile"] < 25
    assert found["Post an activity"] < 15


def test_the_bill_grows_with_customers_and_with_what_they_do(measured: Measured) -> None:
    usual = bill(1_000_000, measured, Workload(), Prices())
    busier = bill(1_000_000, measured, replace(Workload(), updates=50), Prices())
    twice = bill(2_000_000, measured, Workload(), Prices())["serverless"]
    assert twice == pytest.approx(2 * usual["serverless"], rel=0.01)  # more of them have more partitions
    assert busier["serverless"] > usual["serverless"]


def test_a_query_made_together_costs_its_part_and_as_much_again_in_every_partition() -> None:
    assert querying(KB, shared=100).units == pytest.approx(read(KB) + 0.015)
    assert querying(KB, shared=100, partitions=10).units == pytest.approx(read(KB) + 0.15)


def test_what_snapshots_leave_out_is_not_read_again(measured: Measured) -> None:
    full, new_ones = Workload(), Workload(snapshot_activities=4 / 30)
    assert bill(1_000_000, measured, new_ones, Prices())["million RU"] < 500
    assert bill(1_000_000, measured, full, Prices())["million RU"] > 2_000


def test_as_many_queues_are_paid_for_as_functions_listen_to_and_as_often_as_host_json_says() -> None:
    host = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))
    assert host["extensions"]["queues"]["maxPollingInterval"] == "00:00:01"
    app = create_app(OPERATIONS, lambda: pytest.fail("no request is sent"))
    kinds = [function.get_trigger().get_binding_name() for function in app.get_functions()]  # type: ignore[union-attr]
    assert (kinds.count("queueTrigger"), LOOKS_AT_QUEUE) == (QUEUES, 730 * 3600)


def test_the_guide_shows_the_tables_of_today() -> None:
    assert tables(Workload(), Prices()) in (ROOT / "infra/README.md").read_text(encoding="utf-8")

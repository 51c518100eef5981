from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support import INSTANCE, NOW

from function_app.domain.activity import (
    UNIFIED,
    Activity,
    SourceKey,
    activity_id,
    activity_of_record,
    activity_of_unified,
    key_text,
)
from function_app.domain.entity import ActivityMapping, Attribute, Entity
from function_app.domain.instant import format_instant
from function_app.domain.profile import Update
from function_app.services.content import canonical, digest
from function_app.store import documents

PARTS = ("PurchaseId", "Line")
SALES = Entity(
    name="Sales",
    data_source="Shop",
    entity_type="activity",
    keys=(PARTS,),
    timestamp_attribute="SoldOn",
    attributes=tuple(Attribute(name, "Edm.String", name) for name in (*PARTS, "SoldOn", "ContactId", "Product")),
)
MAPPING = ActivityMapping(
    "SalesOrder", "Purchase", customer_attribute="ContactId", customer_entity="Crm", title="Product"
)

texts = st.text(max_size=12) | st.text("|\\a", max_size=5)
keys = st.lists(st.text("|\\a1", max_size=4) | texts, min_size=1, max_size=3)
instants = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda when: when.replace(tzinfo=UTC))  # noqa: DTZ001  # hypothesis requires bounds without a zone
whole = st.integers(-(2**53), 2**53)
values = st.none() | st.booleans() | whole | st.floats(allow_nan=False) | texts | st.lists(whole)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    more = draw(st.dictionaries(st.sampled_from(["Product", "Amount", "Tags"]), values))
    made = {"PurchaseId": draw(texts), "Line": draw(texts | st.integers(0, 9)), "ContactId": draw(texts)}
    return {**made, "SoldOn": format_instant(draw(instants)), **more}


@st.composite
def unified(draw: st.DrawFn) -> dict[str, Any]:
    names = ["ActivityId", "ActivityTypeDisplay", "Title", "Description", "SemanticData"]
    more = draw(st.dictionaries(st.sampled_from(names), texts | st.none()))
    head = {"CustomerId": draw(texts), "ActivityTime": format_instant(draw(instants)), "ActivityType": draw(texts)}
    return head | more


def mapped(record: Mapping[str, Any]) -> tuple[Activity, SourceKey]:
    return activity_of_record(record, digest(canonical(record)), SALES, MAPPING, NOW)


def completed(record: Mapping[str, Any]) -> Activity:
    return activity_of_unified(record, digest(canonical(record)), NOW)


def shuffled(record: Mapping[str, Any], r: Any) -> dict[str, Any]:
    return dict(r.sample(list(record.items()), len(record)))


def parsed(activity: Activity) -> Activity:
    """Return the activity with its record as JSON, as the order of members does not matter."""
    attributes = {**activity.attributes, "SemanticData": json.loads(activity.attributes["SemanticData"])}
    return replace(activity, attributes=attributes)


@given(records(), st.randoms(use_true_random=False))
def test_a_record_in_any_order_of_members_is_the_same_activity(record: dict[str, Any], r: Any) -> None:
    (one, key), (other, other_key) = mapped(record), mapped(shuffled(record, r))
    assert parsed(one) == parsed(other)
    assert key == other_key


@given(unified(), st.randoms(use_true_random=False))
def test_a_unified_record_in_any_order_of_members_is_the_same_activity(record: dict[str, Any], r: Any) -> None:
    assert completed(record) == completed(shuffled(record, r))


@given(keys, st.data())
def test_the_texts_of_two_keys_are_the_same_only_if_all_their_parts_are(key: Sequence[str], data: Any) -> None:
    others = st.lists(st.sampled_from(["|", "\\", "a", "\\|", "|a", *key]), min_size=len(key), max_size=len(key))
    other = data.draw(others)
    assert (key_text(key) == key_text(other)) == (key == other)


@given(records(), records(), st.sampled_from(PARTS))
def test_two_records_have_the_same_id_only_if_their_keys_are_the_same(
    one: dict[str, Any], other: dict[str, Any], shared: str
) -> None:
    other[shared] = one[shared]
    same = [str(one[name]) for name in PARTS] == [str(other[name]) for name in PARTS]
    assert (mapped(one)[0].activity_id == mapped(other)[0].activity_id) == same


@given(records(), values)
def test_an_id_depends_on_the_entity_and_its_key_alone(record: dict[str, Any], product: Any) -> None:
    one, other = mapped(record)[0], mapped({**record, "Product": product, "ContactId": "other"})[0]
    assert one.activity_id == other.activity_id == activity_id("Shop_Sales", key_text(record[name] for name in PARTS))
    assert one.activity_id != activity_id("Shop_Sale", key_text(record[name] for name in PARTS))


@given(records(), records())
def test_two_records_have_the_same_fingerprint_only_if_they_say_the_same(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    for left, right in ((one, other), (one, {**one, "Amount": 1}), ({**one, "Amount": 1}, {**one, "Amount": True})):
        same = json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
        assert (mapped(left)[0].fingerprint == mapped(right)[0].fingerprint) == same


@given(records())
def test_an_activity_has_the_attributes_of_a_unified_one_as_texts_and_keeps_the_record(record: dict[str, Any]) -> None:
    activity, source_key = mapped(record)
    assert activity.attributes.keys() == UNIFIED.by_name.keys()
    assert all(value is None or isinstance(value, str) for value in activity.attributes.values())
    assert json.loads(activity.attributes["SemanticData"]) == record
    assert source_key == SourceKey("Crm", record["ContactId"])


@given(records(), unified())
def test_the_time_of_an_activity_is_that_of_its_record(record: dict[str, Any], other: dict[str, Any]) -> None:
    for activity, text in ((mapped(record)[0], record["SoldOn"]), (completed(other), other["ActivityTime"])):
        assert activity.attributes["ActivityTime"] == text == format_instant(activity.time)
        assert int(activity.attributes["RangeIndex"]) - activity.time.timestamp() < 1


@given(unified(), texts)
def test_a_unified_record_keeps_its_id_or_gets_one_by_its_content(record: dict[str, Any], title: str) -> None:
    one, other = completed(record), completed({**record, "Title": title})
    if record.get("ActivityId"):
        assert one.activity_id == other.activity_id == record["ActivityId"]
    else:
        assert (one.activity_id == other.activity_id) == (record == {**record, "Title": title})
    assert one.attributes["ActivityId"] == one.activity_id


@given(records(), texts)
def test_an_activity_that_joins_gets_a_customer_and_keeps_all_the_rest(
    record: dict[str, Any], customer_id: str
) -> None:
    parked, _ = mapped(record)
    joined = parked.joined(customer_id)
    assert (parked.customer_id, joined.customer_id) == ("", customer_id)
    assert joined.joined("") == parked.joined("")
    assert {**joined.attributes, "CustomerId": None} == parked.attributes


@given(records(), unified(), texts)
def test_an_activity_is_read_as_it_was_written(record: dict[str, Any], other: dict[str, Any], customer_id: str) -> None:
    for activity in (mapped(record)[0].joined(customer_id), completed(other)):
        document = json.loads(json.dumps(documents.activity_document(INSTANCE, activity, NOW)))
        read = documents.activity_of(document)
        assert read == activity
        assert read.received_at == NOW


@given(st.dictionaries(texts, values, min_size=1), texts, instants, instants, texts | st.none())
def test_an_update_is_read_as_it_was_written(
    changes: dict[str, Any], update_id: str, occurred: datetime, received: datetime, caller: str | None
) -> None:
    until = received + timedelta(hours=4)
    update = Update(update_id, "ada", changes, occurred, received, until, update_id, caller)
    document = json.loads(json.dumps(documents.update_document(INSTANCE, update, received)))
    assert documents.update_of(document) == update

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from support import INSTANCE, definition

from function_app.domain.definition import instance_of
from function_app.domain.definition_rules import definition_faults
from function_app.operations.definition import InstanceDefinition
from function_app.source.layout import Layout

Spoil = Callable[[dict[str, Any]], object]


def customer(wanted: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = wanted["entities"][0]
    return found


def purchases(wanted: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = wanted["entities"][1]
    return found


def mapping(wanted: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = purchases(wanted)["activity"]
    return found


def attribute(name: str, data_type: str = "Edm.String", **more: Any) -> dict[str, Any]:
    return {"name": name, "dataType": data_type, **more}


def source(**more: Any) -> dict[str, Any]:
    return {"name": "Logs", "entityType": "source", "keys": [["Id"]], "attributes": [attribute("Id")], **more}


def targets(wanted: dict[str, Any]) -> list[str | None]:
    found = definition_faults(instance_of(INSTANCE, wanted))
    assert {(fault.code, fault.status) for fault in found} <= {("InvalidDefinition", 400)}
    return [fault.target for fault in found]


def test_a_valid_definition_has_no_fault() -> None:
    assert targets(definition()) == []
    InstanceDefinition.model_validate(definition())


RULES: list[tuple[str, str, Spoil]] = [
    ("update beyond the maximum", "/validity/update", lambda d: d.update(validity={"update": "P31D"})),
    ("activity beyond the maximum", "/validity/activity", lambda d: d.update(validity={"activity": "PT721H"})),
    ("maximum beyond thirty days", "/validity/maximum", lambda d: d.update(validity={"maximum": "P30DT1S"})),
    ("customer of another type", "/entities/0/entityType", lambda d: customer(d).update(entityType="source")),
    ("customer with two keys", "/entities/0/keys", lambda d: customer(d).update(keys=[["CustomerId"], ["City"]])),
    ("customer with another key", "/entities/0/keys", lambda d: customer(d).update(keys=[["City"]])),
    (
        "CustomerId of another type",
        "/entities/0/attributes",
        lambda d: customer(d)["attributes"][0].update(dataType="Edm.Int64"),
    ),
    (
        "an attribute twice without case",
        "/entities/0/attributes/13/name",
        lambda d: customer(d)["attributes"].append(attribute("cITY")),
    ),
    ("an entity twice", "/entities/2/name", lambda d: d["entities"].append({**purchases(d), "name": "purchases"})),
    ("a key that is no attribute", "/entities/1/keys/0/1", lambda d: purchases(d).update(keys=[["PurchaseId", "No"]])),
    ("a second profile", "/entities/2/entityType", lambda d: d["entities"].append(source(entityType="profile"))),
    ("the built-in entity", "/entities/2/name", lambda d: d["entities"].append(source(name="UnifiedActivity"))),
    (
        "a customer's key outside Customer",
        "/entities/1/attributes/3/keyOf",
        lambda d: purchases(d)["attributes"][3].update(keyOf="Crm_Contacts"),
    ),
    (
        "a length of what is no text",
        "/entities/0/attributes/4/maxLength",
        lambda d: customer(d)["attributes"][4].update(maxLength=5),
    ),
    (
        "an allowed value of another type",
        "/entities/0/attributes/4/allowedValues/1",
        lambda d: customer(d)["attributes"][4].update(allowedValues=[1, "2"]),
    ),
    (
        "an activity mapping of what is no activity",
        "/entities/2/activity",
        lambda d: d["entities"].append(source(activity=mapping(d))),
    ),
    ("an activity without a data source", "/entities/1/dataSourceName", lambda d: purchases(d).pop("dataSourceName")),
    (
        "an activity with two keys",
        "/entities/1/keys",
        lambda d: purchases(d).update(keys=[["PurchaseId"], ["ContactId"]]),
    ),
    ("no timestamp", "/entities/1/timestampAttribute", lambda d: purchases(d).pop("timestampAttribute")),
    (
        "a timestamp that is no attribute",
        "/entities/1/timestampAttribute",
        lambda d: purchases(d).update(timestampAttribute="When"),
    ),
    (
        "a timestamp that is no instant",
        "/entities/1/timestampAttribute",
        lambda d: purchases(d).update(timestampAttribute="Product"),
    ),
    ("no mapping", "/entities/1/activity", lambda d: purchases(d).pop("activity")),
    (
        "a customer attribute that is none",
        "/entities/1/activity/customer/attribute",
        lambda d: mapping(d)["customer"].update(attribute="Contact"),
    ),
    (
        "a customer entity no attribute holds the key of",
        "/entities/1/activity/customer/entity",
        lambda d: mapping(d)["customer"].update(entity="Crm_Leads"),
    ),
    ("a title that is no attribute", "/entities/1/activity/title", lambda d: mapping(d).update(title="Produkt")),
    ("a description that is none", "/entities/1/activity/description", lambda d: mapping(d).update(description="Text")),
    ("an address that is none", "/entities/1/activity/externalUrl", lambda d: mapping(d).update(externalUrl="Url")),
    ("a delimiter of two characters", "/entities/0/delimiter", lambda d: customer(d).update(delimiter="||")),
    ("an empty delimiter", "/entities/0/delimiter", lambda d: customer(d).update(delimiter="")),
    ("a delimiter beyond ASCII", "/entities/0/delimiter", lambda d: customer(d).update(delimiter="¦")),
    ("a quote as delimiter", "/entities/1/delimiter", lambda d: purchases(d).update(delimiter='"')),
    ("an encoding that there is not", "/entities/0/encoding", lambda d: customer(d).update(encoding="klingon")),
    ("a codec of no characters", "/entities/0/encoding", lambda d: customer(d).update(encoding="base64")),
    (
        "a column that is another attribute's",
        "/entities/0/attributes/2/column",
        lambda d: customer(d)["attributes"][2].update(column="FullName"),
    ),
    (
        "a column twice",
        "/entities/0/attributes/2/column",
        lambda d: [customer(d)["attributes"][index].update(column="Name") for index in (1, 2)],
    ),
    (
        "a format of a text",
        "/entities/0/attributes/2/format",
        lambda d: customer(d)["attributes"][2].update(format="%Y"),
    ),
    (
        "a date's format of a number",
        "/entities/0/attributes/4/format",
        lambda d: customer(d)["attributes"][4].update(format="%Y"),
    ),
    (
        "a format that is not understood",
        "/entities/0/attributes/7/format",
        lambda d: customer(d)["attributes"][7].update(format="dd.mm.yyyy"),
    ),
]


@pytest.mark.parametrize(("target", "spoil"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_rule_broken_once_is_one_fault_at_its_pointer(target: str, spoil: Spoil) -> None:
    wanted = definition()
    spoil(wanted)
    assert targets(wanted) == [target]


def test_without_customer_the_faults_say_so() -> None:
    assert "/entities" in targets({"name": "x", "entities": [source()]})


def test_all_faults_come_at_once() -> None:
    wanted = definition()
    mapping(wanted).update(title="A", description="B")
    customer(wanted)["attributes"][4] |= {"maxLength": 5, "format": "1.234"}
    customer(wanted)["attributes"][2]["column"] = "FullName"
    customer(wanted).update(delimiter=",,", encoding="none")
    assert targets(wanted) == [
        "/entities/0/attributes/4/maxLength",
        "/entities/0/delimiter",
        "/entities/0/encoding",
        "/entities/0/attributes/2/column",
        "/entities/0/attributes/4/format",
        "/entities/1/activity/title",
        "/entities/1/activity/description",
    ]


def test_a_fault_names_the_nearest_attribute() -> None:
    wanted = definition()
    mapping(wanted).update(title="Produkt")
    (fault,) = definition_faults(instance_of(INSTANCE, wanted))
    assert "'Produkt'" in fault.message
    assert "'Product'" in fault.message


def test_what_is_left_out_has_its_default() -> None:
    instance = instance_of(INSTANCE, definition())
    assert instance.validity.update == timedelta(hours=4)
    assert instance.validity.activity == instance.validity.maximum == timedelta(days=30)
    full_name, city = instance.customer.by_name["FullName"], instance.customer.by_name["City"]
    assert (full_name.friendly_name, city.friendly_name) == ("Full Name", "City")
    activity = instance.by_name["Shop_Purchases"].activity
    assert activity is not None
    assert activity.show_in_timeline
    assert activity.description is None


def test_how_snapshots_are_written_has_its_default() -> None:
    instance = instance_of(INSTANCE, InstanceDefinition.model_validate(definition()).as_sent())
    assert (instance.most_rejected, instance.most_removed, instance.grace) == (0.01, 0.1, timedelta(days=7))
    assert (instance.customer.unknown_columns, Layout.of(instance.customer)) == ("warn", Layout())
    city = instance.customer.by_name["City"]
    assert (city.column, city.format) == ("City", None)


def test_how_snapshots_are_written_is_what_the_definition_says() -> None:
    wanted = definition() | {"refresh": {"mostRejected": 0, "mostRemoved": 0.5, "graceDays": 0}}
    customer(wanted).update(delimiter=";", encoding="windows-1252", unknownColumns="error")
    customer(wanted)["attributes"][2].update(column="Ort")
    customer(wanted)["attributes"][7].update(format="%d.%m.%Y")
    kept = InstanceDefinition.model_validate(wanted).as_sent()
    assert targets(kept) == []
    instance = instance_of(INSTANCE, kept)
    assert (instance.most_rejected, instance.most_removed, instance.grace) == (0, 0.5, timedelta())
    assert instance.customer.unknown_columns == "error"
    assert Layout.of(instance.customer) == Layout(";", "windows-1252", {"City": "Ort"})
    assert instance.customer.by_name["BirthDate"].format == "%d.%m.%Y"


def test_two_attributes_may_swap_their_columns() -> None:
    wanted = definition()
    customer(wanted)["attributes"][1].update(column="City")
    customer(wanted)["attributes"][2].update(column="FullName")
    assert targets(wanted) == []


def test_a_definition_is_kept_as_it_was_sent_and_its_schema_changes_no_rule() -> None:
    wanted = {"$schema": "http://localhost:7071/api/definition.schema.json", "validity": None} | definition()
    kept = InstanceDefinition.model_validate(wanted).as_sent()
    assert kept == wanted
    assert instance_of(INSTANCE, kept) == instance_of(INSTANCE, definition())


def test_the_customers_keys_are_read_only() -> None:
    instance = instance_of(INSTANCE, definition())
    assert instance.customer.by_name["Crm_Contacts_ContactId"].read_only
    assert not instance.customer.by_name["City"].read_only


@pytest.mark.parametrize(
    ("place", "spoil"),
    [
        (("name",), lambda d: d.pop("name")),
        (("name",), lambda d: d.update(name="")),
        (("nickname",), lambda d: d.update(nickname="x")),
        (("entities",), lambda d: d.update(entities=[])),
        (("entities",), lambda d: d.update(entities={})),
        (("validity", "update"), lambda d: d.update(validity={"update": "4h"})),
        (("validity", "update"), lambda d: d.update(validity={"update": "PT0S"})),
        (("entities", 0, "entityType"), lambda d: customer(d).update(entityType="person")),
        (("entities", 0, "name"), lambda d: customer(d).update(name="Cus tomer")),
        (("entities", 0, "keys"), lambda d: customer(d).update(keys=[])),
        (("entities", 0, "keys", 0), lambda d: customer(d).update(keys=[[]])),
        (("entities", 0, "attributes"), lambda d: customer(d).update(attributes=[])),
        (("entities", 0, "attributes", 2, "name"), lambda d: customer(d)["attributes"][2].update(name="1st")),
        (
            ("entities", 0, "attributes", 2, "dataType"),
            lambda d: customer(d)["attributes"][2].update(dataType="string"),
        ),
        (("entities", 0, "attributes", 2, "maxLength"), lambda d: customer(d)["attributes"][2].update(maxLength=0)),
        (("entities", 0, "attributes", 2, "maxLength"), lambda d: customer(d)["attributes"][2].update(maxLength="80")),
        (("entities", 0, "attributes", 2, "readOnly"), lambda d: customer(d)["attributes"][2].update(readOnly="yes")),
        (("entities", 0, "attributes", 2, "pattern"), lambda d: customer(d)["attributes"][2].update(pattern="x")),
        (("entities", 0, "attributes", 2, "format"), lambda d: customer(d)["attributes"][2].update(format=5)),
        (("entities", 0, "unknownColumns"), lambda d: customer(d).update(unknownColumns="ignore")),
        (("refresh", "mostRemoved"), lambda d: d.update(refresh={"mostRemoved": 1.5})),
        (("refresh", "graceDays"), lambda d: d.update(refresh={"graceDays": 31})),
        (("entities", 1, "activity", "customer"), lambda d: mapping(d).pop("customer")),
        (("entities", 1, "activity", "activityType"), lambda d: mapping(d).pop("activityType")),
    ],
)
def test_a_member_of_the_wrong_form_is_refused_at_its_place(place: tuple[str | int, ...], spoil: Spoil) -> None:
    wanted = definition()
    spoil(wanted)
    with pytest.raises(ValidationError) as refused:
        InstanceDefinition.model_validate(wanted)
    assert [error["loc"] for error in refused.value.errors()] == [place]


def test_every_nullable_member_may_be_left_out_or_null() -> None:
    wanted = definition() | {"validity": None}
    customer(wanted).update(dataSourceName=None, timestampAttribute=None, activity=None)
    customer(wanted)["attributes"][2].update(friendlyName=None, maxLength=None, allowedValues=None, keyOf=None)
    mapping(wanted).update(activityTypeDisplay=None, icon=None, title=None, description=None, externalUrl=None)
    kept = InstanceDefinition.model_validate(wanted).as_sent()
    assert targets(kept) == []

"""What pydantic and the rules find in a body: all at once, in the words of the service."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from support import definition
from unit.test_definition import Spoil, customer, purchases

from function_app import error_codes
from function_app.api.body_faults import model_faults
from function_app.domain.definition_rules import faults_of_rest
from function_app.operations.definition import InstanceDefinition
from function_app.operations.mcp_wire import Message
from function_app.operations.refreshes import JobRequest
from function_app.operations.roles import RoleAssignment

WORDS_OF_PYDANTIC = ("Input", "String should", "List should", "Value error", "Field required", "Extra inputs")


def of_form(body: Any, model: type[BaseModel] = InstanceDefinition) -> dict[str, str]:
    """Return the messages of the faults that the model finds, by JSON pointer."""
    with pytest.raises(ValidationError) as refused:
        model.model_validate(body)
    faults = model_faults(model, refused.value, error_codes.INVALID_DEFINITION)
    found = {fault.target or "": fault.message for fault in faults}
    assert len(found) == len(faults)
    assert [text for text in found.values() if text.startswith(WORDS_OF_PYDANTIC)] == []
    return found


def all_of(wanted: dict[str, Any]) -> set[str]:
    """Return the JSON pointers of all faults of a definition, of its form and of its rules."""
    faulty = of_form(wanted)
    faults = {fault.target or "" for fault in faults_of_rest(wanted, faulty)}
    assert not faults & faulty.keys()
    return faults | faulty.keys()


def city(wanted: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = customer(wanted)["attributes"][2]
    return found


CITY = "/entities/0/attributes/2"
SENTENCES: list[tuple[Spoil, str, str]] = [
    (
        lambda d: customer(d).update(entityTyp="x"),
        "/entities/0/entityTyp",
        "There is no member 'entityTyp'; nearest: 'entityType'.",
    ),
    (
        lambda d: city(d).update(maxLenght=5),
        f"{CITY}/maxLenght",
        "There is no member 'maxLenght'; nearest: 'maxLength'.",
    ),
    (
        lambda d: d.update(refresh={"zzz": 1}),
        "/refresh/zzz",
        "There is no member 'zzz'; the members are mostRejected, mostRemoved, graceDays.",
    ),
    (
        lambda d: d.update({"$schem": "x"}),
        "/$schem",
        "There is no member '$schem'; nearest: '$schema'.",
    ),
    (lambda d: d.update({"a/b~": 1}), "/a~1b~0", "There is no member 'a/b~'; the members are"),
    (lambda d: city(d).pop("name"), f"{CITY}/name", "'name' is required."),
    (
        lambda d: city(d).update(dataType="String"),
        f"{CITY}/dataType",
        "'dataType' must be one of Edm.String, Edm.Boolean,",
    ),
    (lambda d: city(d).update(dataType="String"), f"{CITY}/dataType", "Edm.Guid; received 'String'."),
    (
        lambda d: customer(d).update(keys="CustomerId"),
        "/entities/0/keys",
        "'keys' must be an array; received 'CustomerId'.",
    ),
    (lambda d: customer(d).update(keys=[[5]]), "/entities/0/keys/0/0", "An item of 'keys' must be a text; received 5."),
    (
        lambda d: city(d).update(name="Full Name"),
        f"{CITY}/name",
        "'name' must be a letter, then letters, digits and underscores, up to 100 characters; received 'Full Name'.",
    ),
    (lambda d: city(d).update(name="City\n"), f"{CITY}/name", "'name' must be a letter, then letters"),
    (lambda d: d.update(name="x" * 201), "/name", "'name' may have at most 200 characters; received 201."),
    (lambda d: d.update(name=""), "/name", "'name' must have at least 1 character; received ''."),
    (lambda d: d.update(name=None), "/name", "'name' must be a text; received null."),
    (lambda d: d.update(entities=[]), "/entities", "'entities' must have at least 1 item; received 0."),
    (
        lambda d: customer(d).update(keys=[["A"] * 9]),
        "/entities/0/keys/0",
        "An item of 'keys' may have at most 8 items; received 9.",
    ),
    (
        lambda d: customer(d).update(entityType="Profile"),
        "/entities/0/entityType",
        "'entityType' must be one of 'profile', 'activity', 'source'; received 'Profile'.",
    ),
    (lambda d: city(d).update(maxLength="80"), f"{CITY}/maxLength", "'maxLength' must be a whole number; received"),
    (lambda d: city(d).update(maxLength=0), f"{CITY}/maxLength", "'maxLength' must be at least 1; received 0."),
    (
        lambda d: city(d).update(maxLength=65_537),
        f"{CITY}/maxLength",
        "'maxLength' must be at most 65536; received 65537.",
    ),
    (lambda d: city(d).update(readOnly="yes"), f"{CITY}/readOnly", "'readOnly' must be true or false; received 'yes'."),
    (
        lambda d: city(d).update(allowedValues=[True]),
        f"{CITY}/allowedValues/0",
        "An item of 'allowedValues' must be a text or a number; received true.",
    ),
    (
        lambda d: d.update(refresh={"mostRemoved": "all"}),
        "/refresh/mostRemoved",
        "'mostRemoved' must be a number; received 'all'.",
    ),
    (lambda d: d.update(validity="P30D"), "/validity", "'validity' must be an object; received 'P30D'."),
    (
        lambda d: d.update(validity={"update": "4 hours"}),
        "/validity/update",
        "'update' must be an ISO 8601 duration above zero, like PT4H or P30D; received '4 hours'.",
    ),
]


@pytest.mark.parametrize(("spoil", "target", "says"), SENTENCES)
def test_a_fault_of_form_is_a_sentence_of_what_would_be_right(spoil: Spoil, target: str, says: str) -> None:
    wanted = definition()
    spoil(wanted)
    found = of_form(wanted)
    assert list(found) == [target]
    assert says in found[target]


def test_bodies_of_other_operations_are_refused_in_the_same_words() -> None:
    assert of_form({"principalTyp": "user", "roles": ["Viewr"]}, RoleAssignment) == {
        "/principalType": "'principalType' is required.",
        "/principalTyp": "There is no member 'principalTyp'; nearest: 'principalType', 'principalId'.",
        "/roles/0": "An item of 'roles' must be one of 'Viewer', 'Contributor', 'Administrator'; received 'Viewr'.",
    }
    assert of_form({"identifiers": "Customer"}, JobRequest) == {
        "/identifiers": "'identifiers' must be an array; received 'Customer'."
    }
    assert of_form({"jsonrpc": "1.0", "params": []}, Message) == {
        "/jsonrpc": "'jsonrpc' must be '2.0'; received '1.0'.",
        "/params": "'params' must be an object; received an array.",
    }


def test_faults_of_form_and_of_rules_are_found_together() -> None:
    wanted = definition() | {"timeZone": "Oslo", "validity": {"update": "4 hours", "maximum": "P60D"}, "nam": "x"}
    assert all_of(wanted) == {"/timeZone", "/validity/update", "/validity/maximum", "/nam"}


def test_a_faulty_part_hides_no_rule_of_the_others() -> None:
    wanted = definition()
    customer(wanted)["keys"] = "CustomerId"
    city(wanted).update(dataType="String", maxLenght=1)
    customer(wanted)["attributes"][4]["maxLength"] = 5
    purchases(wanted)["timestampAttribute"] = "Product"
    purchases(wanted)["activity"].update(title="Produkt", icon=5)
    purchases(wanted)["activity"]["customer"]["entity"] = "Crm_Leads"
    assert all_of(wanted) == {
        "/entities/0/keys",
        f"{CITY}/dataType",
        f"{CITY}/maxLenght",
        "/entities/0/attributes/4/maxLength",
        "/entities/1/timestampAttribute",
        "/entities/1/activity/title",
        "/entities/1/activity/icon",
        "/entities/1/activity/customer/entity",
    }


UNSURE: list[tuple[str, Spoil, set[str]]] = [
    ("a key may name the attribute", lambda d: city(d).update(name="The City"), {f"{CITY}/name"}),
    (
        "the attributes are not known",
        lambda d: purchases(d).update(attributes={}, keys=[["Any"]]),
        {"/entities/1/attributes"},
    ),
    ("an attribute is none", lambda d: purchases(d)["attributes"].__setitem__(1, "x"), {"/entities/1/attributes/1"}),
    ("Customer may be meant", lambda d: customer(d).update(name="Customer!"), {"/entities/0/name"}),
    ("the key ring is not known", lambda d: customer(d)["attributes"][12].update(keyOf=5), set()),
    ("an entity is none", lambda d: d["entities"].__setitem__(0, "Customer"), {"/entities/0"}),
    ("the type is not known", lambda d: city(d).update(dataType="Text", allowedValues=[1]), {f"{CITY}/dataType"}),
    ("the kind is not known", lambda d: purchases(d).update(entityType="Activity"), {"/entities/1/entityType"}),
    ("an activity mapping is faulty", lambda d: purchases(d).update(activity="x"), {"/entities/1/activity"}),
    (
        "what Customer holds is faulty",
        lambda d: purchases(d)["activity"].update(customer=None),
        {"/entities/1/activity/customer"},
    ),
]


@pytest.mark.parametrize(("why", "spoil", "faulty"), UNSURE)
def test_a_rule_that_relies_on_a_faulty_part_finds_nothing(why: str, spoil: Spoil, faulty: set[str]) -> None:
    wanted = definition()
    spoil(wanted)
    expected = faulty or {"/entities/0/attributes/12/keyOf"}
    assert all_of(wanted) == expected, why


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}, [None], [{}], [[]], {"name": None}])
def test_odd_parts_anywhere_are_faults_and_no_failure(odd: Any) -> None:
    def places(within: Any) -> list[tuple[Any, Any]]:
        if not isinstance(within, dict | list):
            return []
        items = list(within.items() if isinstance(within, dict) else enumerate(within))
        return [(within, key) for key, _ in items] + [each for _, part in items for each in places(part)]

    for place in range(len(places(definition()))):
        wanted = definition()
        within, key = places(wanted)[place]
        within[key] = odd
        try:
            InstanceDefinition.model_validate(wanted)
        except ValidationError:
            assert all_of(wanted)

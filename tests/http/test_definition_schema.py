"""The schema of definitions: what it takes and refuses, against what the service does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from support import INSTANCE, definition
from support.readme import README, steps

from function_app.domain.definition import instance_of
from function_app.domain.definition_rules import definition_faults
from function_app.local.sample_definition import sample_definition
from function_app.operations.definition import InstanceDefinition
from function_app.operations.definition_schema import definition_schema

Member = dict[str, Any]
Change = Callable[[Member, Member, Member], object]
SCHEMA = definition_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
POINTS, VALUE, OPT_IN, BORN, SEEN, OPENS = 4, 5, 6, 7, 8, 10


def is_taken(wanted: Any) -> bool:
    """Return whether the service takes a definition."""
    try:
        model = InstanceDefinition.model_validate(wanted)
    except ValidationError:
        return False
    return not definition_faults(instance_of(INSTANCE, model.as_sent()))


def parts(wanted: Member) -> tuple[Member, Member, Member]:
    """Return a definition, its Customer and its Purchases."""
    return wanted, wanted["entities"][0], wanted["entities"][1]


def of(entity: Member, place: int, **members: Any) -> None:
    entity["attributes"][place].update(members)


RIGHT: dict[str, Change] = {
    "as it is": lambda _d, _c, _p: None,
    "a schema": lambda d, _c, _p: d.update({"$schema": "http://localhost:7071/api/definition.schema.json"}),
    "lifetimes": lambda d, _c, _p: d.update(validity={"update": "PT90M", "activity": "P1DT1H", "maximum": "P2W"}),
    "no lifetimes": lambda d, _c, _p: d.update(validity=None),
    "guards": lambda d, _c, _p: d.update(refresh={"mostRejected": 0, "mostRemoved": 1, "graceDays": 0}),
    "snapshots": lambda _d, c, _p: c.update(delimiter="\t", encoding="windows-1252", unknownColumns="error"),
    "no delimiter": lambda _d, c, _p: c.update(delimiter=None, encoding=None),
    "a column": lambda _d, c, _p: of(c, POINTS, column="Points, total"),
    "a number's format": lambda _d, c, _p: of(c, POINTS, format="1.234,56"),
    "a decimal's format": lambda _d, c, _p: of(c, VALUE, format="1'234.56"),
    "words of a boolean": lambda _d, c, _p: of(c, OPT_IN, format="Ja/Nein"),
    "a date's format": lambda _d, c, _p: of(c, BORN, format="%d.%m.%Y"),
    "an instant's format": lambda _d, c, _p: of(c, SEEN, format="%d/%m/%Y %I:%M %p"),
    "a time's format": lambda _d, c, _p: of(c, OPENS, format="%H.%M"),
    "no format": lambda _d, c, _p: of(c, 1, format=None),
    "every type": lambda _d, c, _p: c["attributes"].extend(
        {"name": f"New{index}", "dataType": f"Edm.{name}"} for index, name in enumerate(("Int16", "Int64", "Single"))
    ),
    "a source entity": lambda d, _c, _p: d["entities"].append(
        {
            "name": "Logs",
            "entityType": "source",
            "keys": [["Id"]],
            "attributes": [{"name": "Id", "dataType": "Edm.Guid"}],
        }
    ),
    "hidden activities": lambda _d, _c, p: p["activity"].update(showInTimeline=False, title=None, icon="cart"),
}
WRONG: dict[str, Change] = {
    "no name": lambda d, _c, _p: d.pop("name"),
    "an empty name": lambda d, _c, _p: d.update(name=""),
    "an unknown member": lambda d, _c, _p: d.update(title="x"),
    "an unknown member of an attribute": lambda _d, c, _p: of(c, 1, type="text"),
    "no entities": lambda d, _c, _p: d.update(entities=[]),
    "another type": lambda _d, c, _p: of(c, 1, dataType="string"),
    "a type without Edm": lambda _d, c, _p: of(c, 1, dataType="Int32"),
    "an odd name": lambda _d, c, _p: of(c, 1, name="Full Name"),
    "a lifetime in words": lambda d, _c, _p: d.update(validity={"update": "4 hours"}),
    "a lifetime of nothing": lambda d, _c, _p: d.update(validity={"update": "PT0S"}),
    "a lifetime without number": lambda d, _c, _p: d.update(validity={"update": "PT"}),
    "a lifetime of months": lambda d, _c, _p: d.update(validity={"update": "P1M"}),
    "a share above one": lambda d, _c, _p: d.update(refresh={"mostRemoved": 10}),
    "a share as text": lambda d, _c, _p: d.update(refresh={"mostRejected": "0.1"}),
    "grace beyond thirty days": lambda d, _c, _p: d.update(refresh={"graceDays": 31}),
    "half a day of grace": lambda d, _c, _p: d.update(refresh={"graceDays": 0.5}),
    "two delimiters": lambda _d, c, _p: c.update(delimiter=", "),
    "no delimiter at all": lambda _d, c, _p: c.update(delimiter=""),
    "a quote as delimiter": lambda _d, c, _p: c.update(delimiter='"'),
    "a line break as delimiter": lambda _d, c, _p: c.update(delimiter="\n"),
    "a delimiter beyond ASCII": lambda _d, c, _p: c.update(delimiter="¦"),
    "unknown columns kept": lambda _d, c, _p: c.update(unknownColumns="keep"),
    "an empty column": lambda _d, c, _p: of(c, 1, column=""),
    "a text's format": lambda _d, c, _p: of(c, 1, format="%Y"),
    "a number's format of a date": lambda _d, c, _p: of(c, BORN, format="1.234,56"),
    "a date's format of a number": lambda _d, c, _p: of(c, POINTS, format="%Y"),
    "Excel's format": lambda _d, c, _p: of(c, BORN, format="dd.mm.yyyy"),
    "one word of a boolean": lambda _d, c, _p: of(c, OPT_IN, format="Yes"),
    "an activity without timestamp": lambda _d, _c, p: p.pop("timestampAttribute"),
    "an activity without source": lambda _d, _c, p: p.update(dataSourceName=None),
    "an activity without mapping": lambda _d, _c, p: p.pop("activity"),
    "an activity with two keys": lambda _d, _c, p: p.update(keys=[["PurchaseId"], ["ContactId"]]),
    "a mapping without type": lambda _d, _c, p: p["activity"].pop("activityType"),
    "a mapping on a source": lambda _d, _c, p: p.update(entityType="source"),
    "a customer with another key": lambda _d, c, _p: c.update(keys=[["FullName"]]),
    "a profile of another name": lambda _d, _c, p: p.update(entityType="profile"),
}


@pytest.mark.parametrize("change", RIGHT.values(), ids=RIGHT)
def test_what_the_service_takes_the_schema_takes(change: Change) -> None:
    wanted = definition()
    change(*parts(wanted))
    assert is_taken(wanted)
    assert [error.message for error in VALIDATOR.iter_errors(wanted)] == []


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_the_schema_refuses_the_service_refuses(change: Change) -> None:
    wanted = definition()
    change(*parts(wanted))
    assert not VALIDATOR.is_valid(wanted)
    assert not is_taken(wanted)


def test_the_definitions_of_the_project_are_right() -> None:
    answers = (answer for _, answer in steps(README.read_text(encoding="utf-8")))
    (readme,) = (answer for answer in answers if answer and answer.startswith('{"$schema"'))
    for wanted in (sample_definition(), json.loads(readme)):
        assert is_taken(wanted)
        VALIDATOR.validate(wanted)


async def test_the_schema_is_served_without_sign_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/definition.schema.json")).json() == SCHEMA


def test_the_schema_is_a_schema_and_editors_find_words_for_every_member() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for part in [SCHEMA, *SCHEMA["$defs"].values()]:
        assert part["additionalProperties"] is False
        for name, member in part["properties"].items():
            assert {"title", "description"} <= member.keys(), name

"""The metadata of the feed: valid by the schemas of OASIS (of npm's odata-csdl), and true of what is read."""

from __future__ import annotations

import subprocess
from typing import Any

import httpx
import pytest
from bi_tools.feed import Feed
from lxml import etree
from support import INSTANCE, ROOT, definition, model
from support.process import LONG_S

from function_app.domain.csdl import entity_sets, metadata
from function_app.domain.definition import instance_of
from function_app.local.sample_definition import sample_definition

SCHEMAS = ROOT / "tests/bi_tools/npm/node_modules/odata-csdl"
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
ODD = 'Ünï "quoted" & <tagged>\nname'
KINDS = {
    "Edm.String": str,
    "Edm.Boolean": bool,
    "Edm.Int32": int,
    "Edm.Decimal": float,
    "Edm.Double": float,
    "Edm.Date": str,
    "Edm.DateTimeOffset": str,
    "Edm.Guid": str,
    "Edm.TimeOfDay": str,
}


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / "schemas/edmx.xsd"))


def odd() -> dict[str, Any]:
    """Return a definition with names, keys and labels that a document has to write with care."""
    found = definition()
    customer, purchases = found["entities"]
    customer["attributes"] += [{"name": "x" * 100, "dataType": "Edm.Int64", "friendlyName": ODD}]
    customer["attributes"] += [{"name": "UnifiedActivity", "dataType": "Edm.Single"}]
    purchases["keys"] = [["PurchaseId", "Line"]]
    purchases["attributes"] += [{"name": "Line", "dataType": "Edm.Int16"}]
    longest = {**purchases, "name": "N" * 100, "dataSourceName": "D" * 100}
    return {**found, "entities": [*found["entities"], longest]}


@pytest.mark.parametrize("given", [definition(), sample_definition(), odd()], ids=["small", "sample", "odd"])
def test_the_document_is_valid_by_the_schemas_of_oasis(schema: etree.XMLSchema, given: dict[str, Any]) -> None:
    document = etree.fromstring(metadata(instance_of("i", given)).encode())
    assert schema.validate(document), schema.error_log
    done = subprocess.run(
        ["node", "-e", READ, str(SCHEMAS)],
        input=etree.tostring(document, encoding="unicode"),
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_S,
    )
    assert done.returncode == 0, done.stderr


READ = """
const { xml2json } = require(process.argv[1]);
const messages = [];
xml2json(require("node:fs").readFileSync(0, "utf8"), { strict: true, messages });
if (messages.length) throw new Error(JSON.stringify(messages));
"""


def test_a_document_that_breaks_the_rules_would_be_noticed(schema: etree.XMLSchema) -> None:
    text = metadata(model().instance)
    for right, wrong in (('Nullable="false"', 'Nullable="no"'), ('Name="City"', 'Name="City Name"')):
        assert not schema.validate(etree.fromstring(text.replace(right, wrong).encode()))


def test_names_keys_and_labels_are_those_of_the_definition() -> None:
    instance = instance_of("i", odd())
    document = etree.fromstring(metadata(instance).encode())
    types = {each.get("Name"): each for each in document.iter(f"{EDM}EntityType")}
    assert list(types) == ["Customer", "UnifiedActivity", "Shop_Purchases"]  # the longest name is too long for OData
    assert [each.qualified_name for each in entity_sets(instance)] == list(types)
    for name, keys in (("Customer", ["CustomerId"]), ("Shop_Purchases", ["PurchaseId", "Line"])):
        assert [each.get("Name") for each in types[name].iter(f"{EDM}PropertyRef")] == keys
    customer = {each.get("Name"): each for each in types["Customer"].iter(f"{EDM}Property")}
    assert customer["CustomerId"].attrib == {"Name": "CustomerId", "Type": "Edm.String", "Nullable": "false"}
    assert customer["City"].attrib == {"Name": "City", "Type": "Edm.String", "MaxLength": "80"}
    assert customer["Value"].get("Scale") == "variable"
    assert customer["LastVisit"].get("Precision") == customer["Opens"].get("Precision") == "6"
    (label,) = customer["x" * 100]
    assert (label.get("Term"), label.get("String")) == ("Core.Description", ODD)
    assert list(types["Customer"].iter(f"{EDM}NavigationProperty")) == []  # an attribute has its name
    assert types["Shop_Purchases"][-1].get("Name") == "CustomerId"


def test_every_row_has_the_properties_of_its_type_and_no_other(feed: Feed) -> None:
    document = etree.fromstring(feed.get("$metadata").content)
    for entity in document.iter(f"{EDM}EntityType"):
        properties = {each.get("Name"): each for each in entity.iter(f"{EDM}Property")}
        for row in feed.get(str(entity.get("Name"))).json()["value"]:
            assert row.keys() == properties.keys()
            for name, value in row.items():
                may_be_null = properties[name].get("Nullable") != "false"
                kind = KINDS[str(properties[name].get("Type"))]
                assert (value is None and may_be_null) or isinstance(value, (kind, int) if kind is float else kind)


def test_the_service_document_and_every_context_lead_to_the_metadata(feed: Feed) -> None:
    minimal = {"Accept": "application/json;odata.metadata=minimal"}
    answer = httpx.get(f"{feed.root}/", headers=minimal, timeout=LONG_S)
    assert answer.json()["@odata.context"] == f"{feed.root}/$metadata"
    assert [each["url"] for each in answer.json()["value"]] == ["Customer", "UnifiedActivity", "Shop_Purchases"]
    contexts = {
        "Customer?$top=1": "#Customer",
        "Customer?$top=1&$select=city,CustomerId": "#Customer(City,CustomerId)",
        "Customer?$top=1&$expand=UnifiedActivity": "#Customer(UnifiedActivity())",
        "Customer('c00001')": "#Customer/$entity",
        "Customer(CustomerId='c00001')?$select=City": "#Customer(City)/$entity",
        "Customer('c00001')/UnifiedActivity": "#UnifiedActivity",
        "UnifiedActivity?$top=0": "#UnifiedActivity",
        "Shop_Purchases?$top=1&$select=*": "#Shop_Purchases",
        "Shop_Purchases('P1')": "#Shop_Purchases/$entity",
    }
    for path, expected in contexts.items():
        answer = httpx.get(f"{feed.root}/{path}", timeout=LONG_S)
        assert answer.json()["@odata.context"] == f"{feed.root}/$metadata{expected}"
        assert answer.headers["OData-Version"] == "4.0"
    timeline = feed.served.get(f"instances/{INSTANCE}/profile/timeline?customerId=c00001").json()
    assert timeline["@odata.context"] == f"{feed.root}/$metadata#UnifiedActivity"

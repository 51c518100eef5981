"""Microsoft's archived Python client of the original API, unmodified, over all operations that are answered here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from clients.stage import Stage, staged
from dynamics.customerinsights.api import CustomerInsights, models
from support import INSTANCE

ME = "22222222-2222-4222-8222-222222222222"
PURCHASE = {"PurchaseId": "P-1", "PurchasedOn": "2026-11-20T10:00:00Z", "ContactId": "K-1", "Amount": 2.5}
CALL = {"CustomerId": "bob", "ActivityId": "call-1", "ActivityTime": "2026-11-20T10:00:00Z", "ActivityType": "Other"}
REQUEST = models.OnDemandJobRequest(operation_type="ingestion", job_type="full", identifiers=["Customer"])


@dataclass(frozen=True)
class Call:
    """A call of the client: its method, its arguments after the instance, and what it must return."""

    method: str
    status: int
    arguments: dict[str, Any]
    seen: Callable[[Any], bool]


def call(method: str, status: int, seen: Callable[[Any], bool], **arguments: Any) -> Call:
    return Call(method, status, arguments, seen)


def rows(found: Any) -> list[Any]:
    values: list[Any] = found.value
    return values


CALLS = [
    call("get_all_instances", 200, lambda found: found[0].instance_id == INSTANCE),
    call("get_instance_metadata", 200, lambda found: found.name is not None),
    call(
        "get_all_entity_metadata",
        200,
        lambda found: {each.qualified_entity_name for each in found.entities} >= {"Customer", "Shop_Purchases"},
        attributes_annotations=True,
        include_quarantined=False,
        include_self_conflated_entity=True,
    ),
    call("get_entity_metadata", 200, lambda found: found.keys[0][0].name == "CustomerId", entity_name="Customer"),
    call(
        "get_entity_metadata",
        200,
        lambda found: found.timestamp_attribute.name == "PurchasedOn" and found.relationships is not None,
        entity_name="Shop_Purchases",
        attributes_annotations=True,
    ),
    call("get_entity_metadata", 404, lambda found: found.exception_culprit == "user", entity_name="Nothing"),
    call("get_entity_size", 200, lambda found: found.row_count == 8 and found.size > 0, entity_name="Customer"),
    call(
        "update_an_entity",
        204,
        lambda _: True,
        entity_name="Customer",
        entity_id="bob",
        body=json.dumps({"City": "Bergen"}),
        valid_until="2026-11-24T09:30:00Z",
        caller="web shop",
    ),
    call(
        "update_an_entity",
        400,
        lambda found: [each.error_code for each in found.details] == ["UnknownAttribute"],
        entity_name="Customer",
        entity_id="bob",
        body=json.dumps({"Town": "Bergen"}),
    ),
    call(
        "update_an_entity",
        404,
        lambda found: found.error_code == "CustomerNotFound",
        entity_name="Customer",
        entity_id="nobody",
        body=json.dumps({"City": "Bergen"}),
    ),
    call(
        "create_an_entity",
        201,
        lambda found: found.status_code == 201 and found.value["outcome"] == "created",
        entity_name="Shop_Purchases",
        body=json.dumps(PURCHASE),
    ),
    call(
        "create_an_entity",
        202,
        lambda found: found.status_code == 202 and found.value["outcome"] == "parked",
        entity_name="Shop_Purchases",
        body=json.dumps({**PURCHASE, "PurchaseId": "P-2", "ContactId": "K-9"}),
        caller="web shop",
    ),
    call(
        "create_an_entity",
        409,
        lambda found: found.error_code == "ActivityExists",
        entity_name="Shop_Purchases",
        body=json.dumps({**PURCHASE, "Amount": 3}),
    ),
    call("create_an_entity", 201, lambda _: True, entity_name="UnifiedActivity", body=json.dumps(CALL)),
    call(
        "get_entities_with_odata_path",
        200,
        lambda found: [row["City"] for row in rows(found)] == ["Bergen"] and found.odatacontext,
        relative_path="Customer",
        filter="customerid eq 'bob'",
        select="City,CustomerId",
        top="5",
        proxy=False,
        force_search=True,
    ),
    call(
        "get_entities_with_odata_path",
        200,
        lambda found: [row["ActivityId"] for row in rows(found)] == ["call-1"],
        relative_path="UnifiedActivity",
        filter="CustomerId eq 'bob' and ActivityTime gt 2017-01-01T00:00:00.000Z",
        orderby="ActivityTime asc",
    ),
    call(
        "get_entities_with_odata_path",
        200,
        lambda found: [row["Amount"] for row in rows(found)] == [2.5],
        relative_path="Shop_Purchases",
        filter="CustomerId eq 'ada'",
    ),
    call(
        "get_entities_with_odata_path",
        400,
        lambda found: found.error_code == "InvalidQuery",
        relative_path="Customer",
        filter="Nobody eq 1",
    ),
    call(
        "get_key_ring",
        200,
        lambda found: found.customer_id == "ada" and isinstance(found.key_ring, dict),
        data_source_name="Crm",
        entity_name="Contacts",
        key="K-1",
    ),
    call("get_activity_types_and_counts", 200, lambda found: found.customer_id == "ada", customer_id="ada"),
    call("get_profile_store_state", 200, lambda found: found.instance_id == INSTANCE),
    call("get_all_role_definitions", 200, lambda found: {each.role_name for each in found} >= {"Viewer"}),
    call("get_current_user_role", 200, lambda found: found.roles == ["Administrator"]),
    call(
        "update_a_role_assignment",
        200,
        lambda found: found[0].roles == ["Viewer"],
        principal_id=ME,
        body=models.RoleAssignment(principal_type="user", roles=["Viewer"]),
    ),
    call("get_all_role_assignments", 200, lambda found: [each.principal_id for each in found] == [ME]),
    call("deletes_a_role_assignment", 200, lambda _: True, principal_id=ME),
    call("get_all_role_assignments", 200, lambda found: found == []),
    call(
        "submit_a_workflow_job",
        200,
        lambda found: found.job_id == "00000001" and isinstance(found.submitted_timestamp, datetime),
        workflow_name="main",
        body=REQUEST,
        operation_type="ingestion",
        identifiers=["Customer", "Shop_Purchases"],
    ),
    call(
        "get_a_workflow_job_information",
        200,
        lambda found: found.job_submission_kind == "onDemand",
        workflow_name="main",
        job_id="00000001",
        include_tasks=True,
    ),
    call("get_list_of_recent_workflow_jobs", 200, lambda found: len(found) == 1, workflow_name="main", top=5),
    call("get_workflow_status", 200, lambda found: isinstance(found, list), workflow_name="main"),
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("data")) as stage:
        yield stage


def test_each_call_of_the_client_is_answered_as_its_models_say(stage: Stage) -> None:
    """The client raises for an unexpected status, and for a property of another type than its model says."""
    client = CustomerInsights(stage.base)
    for each in CALLS:
        of_instance = {} if each.method == "get_all_instances" else {"instance_id": INSTANCE}
        answer = getattr(client, each.method)(**of_instance, **each.arguments, raw=True)
        assert (each.method, answer.response.status_code) == (each.method, each.status)
        assert each.seen(answer.output), (each.method, each.arguments, answer.response.text)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from support.entra import USER
from worker.environment import SAMPLE, SAMPLE_CUSTOMER, Stage

from function_app.bootstrap import OPERATIONS
from function_app.local.sample_definition import sample_definition

PLACES = {
    "instanceId": SAMPLE,
    "customerId": SAMPLE_CUSTOMER,
    "entityName": "eCommerce_eCommercePurchases",
    "entityId": "E-100001",
    "workflowName": "main",
    "jobId": "00000001",
    "principalId": USER,
    "role": "Viewer",
    "slot": "primary",
    "file": "card.js",
    "version": "an-older-one",
    "updateId": "worker",
    "subscriptionId": "unknown",
}
EVENTS = ("ProfileUpdates", "Activities", "Expiries", "ComingExpiries", "Refreshes")
ERASED, DELETED = "9e01d15c3085540d9de8b0346f6579f6", "44444444-4444-4444-8444-444444444444"
PURCHASE = {"PurchasedOn": "2026-11-20T10:00:00Z", "ContactId": "CNTID_1000", "Product": "Beans", "Currency": "EUR"}
REPEAT = {"Repeatability-Request-ID": "worker"}
CONTACT = {"dataSourceName": "eCommerce", "entityName": "eCommerceContacts", "key": "CNTID_1000"}


@dataclass(frozen=True)
class Call:
    """A call of an operation, and its expected status."""

    status: int = 200
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


CALLS = {
    "CheckHealth": Call(),
    "GetConnector": Call(),
    "GetInstanceConnector": Call(),
    "GetDefinitionSchema": Call(),
    "DefineInstance": Call(body=sample_definition()),
    "ListInstances": Call(),
    "GetInstance": Call(),
    "GetDefinition": Call(),
    "ListEntities": Call(),
    "GetEntity": Call(),
    "GetEntitySize": Call(),
    "GetProfileStoreState": Call(),
    "GetEntitySchema": Call(query={"use": "output"}),
    "ListActivityEntities": Call(),
    "ListKeyEntities": Call(),
    "ListLifetimes": Call(),
    "UpdateCustomer": Call(204, {"validFor": "PT1H", "caller": "worker"}, {"Company": "Contoso"}, REPEAT),
    "UpdateCustomers": Call(body={"items": [{"CustomerId": SAMPLE_CUSTOMER, "Telephone": "+20 1"}]}),
    "GetCustomer": Call(query={"explain": "true"}),
    "ListCustomers": Call(query={"$filter": "Company eq 'Contoso'", "$count": "true", "$top": "5"}),
    "ExportCustomer": Call(),
    "ListReads": Call(),
    "ListCustomerUpdates": Call(),
    "ListLiveUpdates": Call(query={"landed": "false"}),
    "EndUpdate": Call(),
    "RevertCustomer": Call(query={"attributes": "Company"}),
    "GetServiceDocument": Call(),
    "GetMetadata": Call(),
    "CountCustomers": Call(query={"$filter": "Company eq 'Contoso'"}),
    "CountRows": Call(),
    "ListRecords": Call(query={"$filter": f"CustomerId eq '{SAMPLE_CUSTOMER}'"}),
    "ListActivitiesOfCustomer": Call(places={"entityName": f"Customer('{SAMPLE_CUSTOMER}')"}),
    "CreateActivity": Call(201, body={"PurchaseId": "worker-1", **PURCHASE}),
    "CreateActivities": Call(body={"items": [{"PurchaseId": "worker-2", **PURCHASE}]}),
    "GetActivity": Call(),
    "ListActivities": Call(query={"customerId": SAMPLE_CUSTOMER}),
    "ListActivityTypes": Call(query={"customerId": SAMPLE_CUSTOMER}),
    "ListUnifiedActivities": Call(query={"$filter": "ActivityType eq 'SalesOrder'", "$top": "5"}),
    "FindCustomer": Call(query=CONTACT),
    "WhenAProfileIsUpdated": Call(202),
    "WhenAnActivityIsCreated": Call(202),
    "WhenAnUpdateExpires": Call(202),
    **{f"SubscribeTo{each}": Call(201, body={"callbackUrl": "https://receiver.invalid/"}) for each in EVENTS},
    "ListSubscriptions": Call(),
    "EndSubscription": Call(204),
    "WhenAnUpdateWillExpire": Call(202, {"within": "1 hour"}),
    "WhenARefreshEnds": Call(202),
    "StartRefresh": Call(),
    "ListRefreshes": Call(),
    "GetRefresh": Call(),
    "CancelRefresh": Call(),
    "GetRejectedRows": Call(),
    "GetRefreshStatus": Call(),
    "ListRoles": Call(),
    "GetMyRole": Call(),
    "AssignRole": Call(body={"principalType": "user", "roles": ["Viewer"]}),
    "ListRoleAssignments": Call(),
    "RemoveRole": Call(),
    "RegenerateApiKey": Call(),
    "ListApiKeys": Call(),
    "RevokeApiKey": Call(204),
    "ListChanges": Call(),
    "GetUsage": Call(),
    "GetCustomerCard": Call(),
    "ServeAgents": Call(body={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
    "GetAgentSignIn": Call(),
    "WithdrawActivity": Call(204, places={"entityId": "worker-2"}),
    "EraseCustomer": Call(places={"customerId": ERASED}),
    "DeleteInstance": Call(202, {"name": sample_definition()["name"]}, places={"instanceId": DELETED}),
    "ShowStartPage": Call(),
    "ShowInstancePage": Call(),
    "ShowCard": Call(),
    "GetCardContent": Call(),
    "ShowUsagePage": Call(),
    "GetPageSettings": Call(),
    "GetPageFile": Call(),
    "GetVersionedPageFile": Call(),
}
BY_ID = {operation.id: operation for operation in OPERATIONS}


def address(operation_id: str) -> str:
    places = {**PLACES, **CALLS[operation_id].places}
    return BY_ID[operation_id].path.format(**places)


async def test_every_operation_is_answered_by_its_own_function(stage: Stage, admin: httpx.AsyncClient) -> None:
    assert CALLS.keys() == BY_ID.keys()
    await admin.put(f"instances/{DELETED}", json=sample_definition())
    assigned = {"principalType": "user", "roles": ["Administrator"]}  # webhooks need a role that can be asked again
    await admin.put(f"instances/{SAMPLE}/rbac/principals/boss/assignment", json=assigned)
    for name, call in CALLS.items():
        verb = BY_ID[name].verb
        answer = await admin.request(verb, address(name), params=call.query, json=call.body, headers=call.headers)
        assert (name, answer.status_code) == (name, call.status), answer.text
        assert answer.status_code in BY_ID[name].responses
        assert stage.worker.invoked[-1] == name
        assert bool(answer.content) == bool(answer.headers.get("content-type")), name


async def test_every_refused_verb_is_answered_with_its_reason(admin: httpx.AsyncClient) -> None:
    for operation in OPERATIONS:
        for verb, reason in operation.refuses.items():
            answer = await admin.request(verb, address(operation.id))
            assert (operation.id, answer.status_code) == (operation.id, 405), answer.text
            assert answer.json()["message"] == reason
            assert operation.verb in answer.headers["Allow"].split(", ")


async def test_a_caller_who_is_not_signed_in_gets_only_what_is_public(stage: Stage) -> None:
    async with stage.client() as stranger:
        for operation in OPERATIONS:
            answer = await stranger.request(operation.verb, address(operation.id))
            assert (operation.id, answer.status_code) == (operation.id, 401 if operation.role else 200)
            assert ("www-authenticate" in answer.headers) == bool(operation.role)


async def test_what_is_public_answers_head_with_the_headers_of_get(stage: Stage) -> None:
    async with stage.client() as monitor:
        for operation in OPERATIONS:
            if "HEAD" in operation.methods:
                head, get = [await monitor.request(verb, address(operation.id)) for verb in ("HEAD", "GET")]
                assert (operation.id, head.status_code) == (operation.id, 200)
                assert head.headers["content-type"] == get.headers["content-type"]

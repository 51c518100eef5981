from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from entra import USER

from function_app.bootstrap import OPERATIONS
from function_app.local.sample_definition import sample_definition

SAMPLE = "11111111-1111-4111-8111-111111111111"
SOMEBODY = "0098760b43d551eb84e36d0f81d17400"
PLACES = {
    "instanceId": SAMPLE,
    "customerId": SOMEBODY,
    "entityName": "eCommerce_eCommercePurchases",
    "entityId": "E-100001",
    "workflowName": "main",
    "jobId": "00000001",
    "principalId": USER,
    "role": "Viewer",
    "slot": "primary",
    "file": "card.js",
}
PURCHASE = {"PurchasedOn": "2026-11-20T10:00:00Z", "ContactId": "CNTID_1000", "Product": "Beans", "Currency": "EUR"}


@dataclass(frozen=True)
class Call:
    """How an operation is called, and the status it answers with."""

    status: int = 200
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


CALLS = {
    "UpdateCustomer": Call(204, {"validFor": "PT1H", "caller": "worker"}, {"Company": "Contoso"}),
    "GetCustomer": Call(query={"explain": "true"}),
    "ListCustomers": Call(query={"$filter": "Company eq 'Contoso'", "$count": "true", "$top": "5"}),
    "UpdateCustomers": Call(body={"items": [{"CustomerId": SOMEBODY, "Telephone": "+20 1"}]}),
    "CreateActivity": Call(201, body={"PurchaseId": "worker-1", **PURCHASE}),
    "CreateActivities": Call(body={"items": [{"PurchaseId": "worker-2", **PURCHASE}]}),
    "ListUnifiedActivities": Call(query={"$filter": "ActivityType eq 'SalesOrder'", "$top": "5"}),
    "GetActivity": Call(),
    "ListActivities": Call(query={"customerId": SOMEBODY}),
    "ListActivityTypes": Call(query={"customerId": SOMEBODY}),
    "FindCustomer": Call(
        query={"dataSourceName": "eCommerce", "entityName": "eCommerceContacts", "key": "CNTID_1000"}
    ),
    "WhenAProfileIsUpdated": Call(202),
    "WhenAnActivityIsCreated": Call(202),
    "WhenAnUpdateExpires": Call(202),
    "ListEntities": Call(),
    "GetEntity": Call(),
    "ListActivityEntities": Call(),
    "GetEntitySchema": Call(),
    "ListInstances": Call(),
    "GetInstance": Call(),
    "DefineInstance": Call(body=sample_definition()),
    "StartRefresh": Call(),
    "ListRefreshes": Call(),
    "GetRefresh": Call(),
    "GetRejectedRows": Call(),
    "GetRefreshStatus": Call(),
    "ListRoles": Call(),
    "GetMyRole": Call(),
    "AssignRole": Call(body={"principalType": "user", "roles": ["Viewer"]}),
    "ListRoleAssignments": Call(),
    "RemoveRole": Call(204),
    "RegenerateApiKey": Call(),
    "ListApiKeys": Call(),
    "RevokeApiKey": Call(204),
    "ListChanges": Call(),
    "GetUsage": Call(),
    "GetCustomerCard": Call(),
    "ShowCard": Call(),
    "ShowUsagePage": Call(),
    "GetPageSettings": Call(),
    "GetPageFile": Call(),
    "CheckHealth": Call(),
    "GetConnector": Call(),
}


async def test_x(admin: httpx.AsyncClient) -> None:
    by_id = {o.id: o for o in OPERATIONS}
    for id, call in CALLS.items():
        o = by_id[id]
        path = o.path.format(**PLACES)
        r = await admin.request(o.verb, path, params=call.query, json=call.body)
        print(id, r.status_code, call.status, r.text[:100].replace("\n", " "), dict(r.headers) if id in ("CheckHealth","GetCustomer") else "")

"""The main job, over the client that bravado makes of a definition: `python -m clients.main_job KIND URL INSTANCE`.

A separate program, because bravado does not load beside openapi-spec-validator, which tests use too.
"""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

from bravado.client import SwaggerClient
from bravado.exception import HTTPError

Body = dict[str, Any]
PURCHASE = {"PurchaseId": "P-1", "PurchasedOn": "2026-11-23T10:30:00Z", "ContactId": "K-1", "Product": "Grinder"}


class Client:
    """Calls operations of one instance, by tag and id, and returns the status and the body of the response."""

    def __init__(self, url: str, **chosen: str) -> None:
        self._made, self._chosen = SwaggerClient.from_url(url), chosen

    def call(self, tag: str, operation: str, **arguments: Any) -> tuple[int, Any]:
        response = getattr(getattr(self._made, tag), operation)(**self._chosen, **arguments).response()
        return response.metadata.status_code, response.result

    def get(self, customer_id: str) -> Any:
        return self.call("Customers", "GetCustomer", customerId=customer_id)[1]

    def update(self, customer_id: str, body: Body, **options: str) -> Any:
        options["Prefer"] = "return=representation"
        status, updated = self.call("Customers", "UpdateCustomer", customerId=customer_id, body=body, **options)
        assert status == 200
        return updated


def update_and_read(client: Client) -> None:
    updated = client.update("bob", {"City": "Bergen"}, caller="shop")
    assert (updated.receipt.outcome, updated.receipt.attributes) == ("applied", {"City": "applied"})
    assert updated.customer["City"] == client.get("bob")["City"] == "Bergen"
    cleared = client.update("dag", {"Points": 7}, clear="City").customer
    assert (cleared["City"], client.get("dag")["City"], client.get("dag")["Points"]) == (None, None, 7)
    without_preference = client.call("Customers", "UpdateCustomer", customerId="bob", body={"Points": 1})
    assert without_preference == (204, None)


def list_customers(client: Client) -> None:
    for customer_id in ("eve", "fay"):
        client.update(customer_id, {"City": "Narvik"})
    options = {"$filter": "City eq 'Narvik'", "$count": True, "$top": 1}
    _, page = client.call("Customers", "ListCustomers", **options)
    assert ([row["CustomerId"] for row in page.value], page["@odata.count"]) == (["eve"], 2)


def create_activities(client: Client) -> None:
    status, created = client.call("Activities", "CreateActivity", entityName="Shop_Purchases", body=PURCHASE)
    assert (status, created.value.outcome, created.value.customerId) == (201, "created", "ada")
    other = PURCHASE | {"PurchaseId": "P-2", "ContactId": "K-9"}
    status, parked = client.call("Activities", "CreateActivity", entityName="Shop_Purchases", body=other)
    assert (status, parked.value.outcome, parked.value.customerId) == (202, "parked", None)
    _, timeline = client.call("Activities", "ListActivities", customerId="ada")
    assert [(each.ActivityId, each.Title) for each in timeline.value] == [(created.value.activityId, "Grinder")]


def update_many(client: Client) -> None:
    items = [{"CustomerId": "gro", "City": "Bergen"}, {"CustomerId": "eve", "Cty": "Bergen"}]
    _, result = client.call("Customers", "UpdateCustomers", body={"items": items})
    applied, refused = result.value
    assert (applied.outcome, applied.errorCode) == ("applied", None)
    assert (refused.index, refused.errorCode, refused.details[0].target) == (1, "UnknownAttribute", "/Cty")


def read_errors(client: Client) -> None:
    assert read_error(client, "ada", {"Cty": "Bergen"}) == (400, "UnknownAttribute", "/Cty")
    assert read_error(client, "nobody", {"City": "Bergen"}) == (404, "CustomerNotFound", "customerId")


def read_error(client: Client, customer_id: str, update: Body) -> tuple[int, str, str]:
    try:
        client.update(customer_id, update)
    except HTTPError as error:
        body: Any = error.swagger_result  # an ErrorBody
        return error.status_code, body.errorCode, body.details[0].target
    raise AssertionError(update)


def poll(client: Client) -> None:
    wait_for_events()
    status, first = client.call("Triggers", "WhenAProfileIsUpdated")
    assert (status, first.value) == (202, [])
    client.update("ida", {"City": "Bergen"})
    wait_for_events()
    status, polled = client.call("Triggers", "WhenAProfileIsUpdated", state=first.state)
    seen = [(event.customerId, event.names, event.fields["City"]) for event in polled.value]
    assert (status, seen) == (200, [("ida", ["City"], "Bergen")])


def wait_for_events() -> None:
    print("waits for events", flush=True)  # noqa: T201  # for the test
    sys.stdin.readline()


def read_types(client: Client) -> None:
    """Read fields as attributes: only a client for one instance has them."""
    ada = client.get("ada")
    assert (type(ada).__name__, ada.City, ada.BirthDate, ada.Points) == ("Customer", "Oslo", date(1990, 12, 31), None)
    visited = client.update("kim", {"LastVisit": "2026-11-23T10:00:00+01:00"}).customer.LastVisit
    assert visited.isoformat() == "2026-11-23T09:00:00+00:00"
    assert not hasattr(ada, "Cty")


if __name__ == "__main__":
    kind, url, instance = sys.argv[1:]
    made = Client(url, **({"instanceId": instance} if kind == "general" else {}))
    for step in (update_and_read, list_customers, create_activities, update_many, read_errors, poll):
        step(made)
    if kind == "instance":
        read_types(made)
    print("done")  # noqa: T201  # for the test

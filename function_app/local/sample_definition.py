"""The sample instance's definition: its entities, their attributes in short tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CONTACT = "eCommerce_eCommerceContacts_ContactId"
LOYALTY = "PoS_posCustomers_LoyaltyId"
SUPPORT = "Support_Contacts_ContactId"
FRIENDLY_NAMES = {CONTACT: "E-Commerce Contact ID", LOYALTY: "Loyalty Card ID", SUPPORT: "Support Contact ID"}
CUSTOMER_ATTRIBUTES = (
    "CustomerId 100, FirstName 100, LastName 100, FullName 200, Email 254, Telephone 40, Street 120, PostalCode 20, "
    "City 80, Country 60, Language 20, Company 120, BirthDate Date, CustomerSince Date, "
    "LoyaltyTier Bronze|Silver|Gold|Platinum, LoyaltyPoints Int32, LifetimeValue Decimal, ChurnRisk Double, "
    f"EmailOptIn Boolean, LastStoreVisit DateTimeOffset, {CONTACT} key, {LOYALTY} key, {SUPPORT} key"
)
SALE_ATTRIBUTES = "Product 100, Category Coffee|Machines|Accessories|Bar, Quantity Int32, Amount Decimal, Currency 3"
ONLINE_ATTRIBUTES = (
    f"PurchaseId 40, PurchasedOn DateTimeOffset, ContactId 40, {SALE_ATTRIBUTES}, "
    "PaymentMethod Card|Invoice|Gift Card, Details 200, OrderUrl 200"
)
STORE_ATTRIBUTES = (
    f"PurchaseId 40, PurchasedOn DateTimeOffset, LoyaltyId 40, {SALE_ATTRIBUTES}, Store 120, Register Int16"
)
TICKET_ATTRIBUTES = (
    "TicketId 40, OpenedOn DateTimeOffset, ContactId 40, Subject 120, Details 400, "
    "State New|Open|Waiting|Resolved|Closed, Priority Low|Normal|High, Channel Email|Phone|Chat|Web Form, "
    "ResolvedOn DateTimeOffset, Satisfaction Int16, TicketUrl 200"
)
_DATA_TYPES = {"Boolean", "Date", "DateTimeOffset", "Decimal", "Double", "Int16", "Int32"}
_Row = dict[str, Any]


def sample_definition() -> _Row:
    """Return the definition as `PUT instances/{instanceId}` takes it."""
    customer = {"name": "Customer", "entityType": "profile", "keys": [["CustomerId"]]}
    online = {"activityType": "SalesOrder", "activityTypeDisplay": "Online Purchase", "icon": "cart"}
    store = {"activityType": "SalesOrder", "activityTypeDisplay": "Store Purchase", "icon": "store"}
    ticket = {"activityType": "SupportTicket", "activityTypeDisplay": "Support Ticket", "icon": "ticket"}
    online |= {"title": "Product", "description": "Details", "externalUrl": "OrderUrl"}
    store |= {"title": "Product", "description": "Store"}
    ticket |= {"title": "Subject", "description": "Details", "externalUrl": "TicketUrl"}
    return {
        "name": "Contoso Coffee",
        "validity": {"update": "PT4H", "activity": "P30D", "maximum": "P30D"},
        "entities": [
            customer | {"attributes": _attributes(CUSTOMER_ATTRIBUTES)},
            _activity("eCommerce", "eCommercePurchases", ONLINE_ATTRIBUTES, CONTACT, online),
            _activity("PoS", "posPurchases", STORE_ATTRIBUTES, LOYALTY, store),
            _activity("Support", "Tickets", TICKET_ATTRIBUTES, SUPPORT, ticket),
        ],
    }


def _activity(data_source: str, name: str, table: str, key: str, mapping: Mapping[str, str]) -> _Row:
    """Define an activity entity whose first three attributes are its key, its timestamp and its customer's key."""
    attributes = _attributes(table)
    identity, timestamp, customer = (attribute["name"] for attribute in attributes[:3])
    return {
        "name": name,
        "dataSourceName": data_source,
        "entityType": "activity",
        "keys": [[identity]],
        "timestampAttribute": timestamp,
        "attributes": attributes,
        "activity": {
            **mapping,
            "showInTimeline": True,
            "customer": {"attribute": customer, "entity": key.rpartition("_")[0]},
        },
    }


def _attributes(table: str) -> list[_Row]:
    """Define the attributes of a table: a name and its length, type, allowed|values, or `key` for a source key."""
    return [_attribute(*entry.split(" ", 1)) for entry in table.split(", ")]


def _attribute(name: str, form: str) -> _Row:
    words = re.sub("(?<=[a-z])(?=[A-Z])", " ", name).replace(" Id", " ID").replace(" Url", " URL")
    data_type = form if form in _DATA_TYPES else "String"
    attribute: _Row = {"name": name, "friendlyName": FRIENDLY_NAMES.get(name, words), "dataType": f"Edm.{data_type}"}
    if form.isdigit():
        attribute["maxLength"] = int(form)
    elif form == "key":
        attribute |= {"readOnly": True, "keyOf": name.rpartition("_")[0]}
    elif "|" in form:
        attribute["allowedValues"] = form.split("|")
    return attribute

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest

from function_app.api.operation import HttpMethod, Operation
from function_app.api.routes import Route, allowed_methods, make_routes
from function_app.bootstrap import OPERATIONS
from function_app.local.routes import Router

ROUTES = [route for operation in OPERATIONS for route in make_routes(operation, OPERATIONS)]
METHODS: tuple[HttpMethod, ...] = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


PATHS = sorted({path for operation in OPERATIONS for path in operation.paths})


def addresses(path: str) -> list[str]:
    """Yield every address of a path that could match another's route: each literal in place of each placeholder."""
    choices: list[list[str]] = []
    for place, segment in enumerate(path.split("/")):
        literals = {other.split("/")[place] for other in PATHS if other.count("/") >= place}
        plain = sorted(literal for literal in literals if not literal.startswith("{"))
        choices.append(["x1", "Shop_Purchases", *plain] if segment.startswith("{") else [segment])
    return ["/".join(address) for address in itertools.product(*choices)]


def owner(address: str, method: str) -> Operation | None:
    """Return the operation of an address: of those that match, the one with a literal where the others have none."""
    parts = address.split("/")
    fitting = [
        (path.split("/"), operation)
        for operation in OPERATIONS
        for path in operation.paths
        if method in operation.methods
        and path.count("/") + 1 == len(parts)
        and all(mine.startswith("{") or mine == part for mine, part in zip(path.split("/"), parts, strict=True))
    ]
    found = min(fitting, key=lambda each: [part.startswith("{") for part in each[0]], default=None)
    return found[1] if found else None


def ordered(routes: Sequence[Route]) -> Router:
    """Return a router with functions in the given order, that of their names."""
    return Router([(f"F{n:03}_{route.name}", route.template, route.methods) for n, route in enumerate(routes)])


BY_NAME = sorted(ROUTES, key=lambda route: route.name.lower())
ORDERS = {
    "as the host sorts them": BY_NAME,
    "reversed": BY_NAME[::-1],
    **{f"shuffled by {seed}": random.Random(seed).sample(ROUTES, len(ROUTES)) for seed in range(2)},  # noqa: S311
}


@pytest.mark.parametrize("order", ORDERS)
def test_every_address_reaches_its_own_operation_whatever_the_order_of_functions(order: str) -> None:
    router = ordered(ORDERS[order])
    checked = 0
    for path in PATHS:
        for address, method in itertools.product(addresses(path), METHODS):
            expected = owner(address, method)
            found = router.find(method, f"/api/{address}")
            reached = found[0][5:].partition("_")[0] if isinstance(found, tuple) else None
            assert reached == (expected.id if expected else None), (method, address)
            checked += 1
    assert checked > len(OPERATIONS) * len(METHODS)


FIRST_CALLS = [
    ("PATCH", "data/Customer/ada", "UpdateCustomer"),
    ("GET", "data/Customer/ada", "GetCustomer"),
    ("GET", "data/customer/batch", "GetCustomer"),
    ("PUT", "data/Customer/ada", "GetCustomer_DELETE"),
    ("POST", "data/Customer/ada", "GetCustomer_POST"),
    ("GET", "data/Customer", "ListCustomers"),
    ("POST", "data/Customer", "ListCustomers"),
    ("POST", "data/Customer/batch", "UpdateCustomers"),
    ("POST", "data/UnifiedActivity", "CreateActivity"),
    ("GET", "data/UnifiedActivity", "ListUnifiedActivities"),
    ("POST", "data/UnifiedActivity/batch", "CreateActivities"),
    ("GET", "data/UnifiedActivity/a%2Fb", "GetActivity"),
    ("DELETE", "data/UnifiedActivity/a", "GetActivity_PATCH"),
    ("POST", "data/Shop_Purchases", "CreateActivity"),
    ("GET", "data/Shop_Purchases", "ListRecords"),
    ("GET", "data/Customer('ada')", "ListRecords"),
    ("GET", "data/Customer('a%2Fb')/UnifiedActivity", "ListActivitiesOfCustomer"),
    ("GET", "data", "GetServiceDocument"),
    ("GET", "data/", "GetServiceDocument"),
    ("GET", "data/$metadata", "GetMetadata"),
    ("GET", "data/%24metadata", "GetMetadata"),
    ("GET", "data/Customer/$count", "CountCustomers"),
    ("GET", "data/UnifiedActivity/$count", "CountRows"),
    ("GET", "data/Shop_Purchases/%24Count", "CountRows"),
    ("GET", "manage/tables/Customer", "GetEntity_1"),
    ("DELETE", "manage/workflows/main/jobs/1", "CancelRefresh_1"),
]


@pytest.mark.parametrize(("method", "address", "function"), FIRST_CALLS)
def test_the_data_addresses_reach_the_functions_of_their_names(method: str, address: str, function: str) -> None:
    router = Router([(route.name, route.template, route.methods) for route in ROUTES])
    found = router.find(method, f"/api/instances/i/{address}")
    assert isinstance(found, tuple)
    assert found[0] == function


def test_every_operation_has_a_function_with_its_id_and_verb() -> None:
    by_name = {route.name: route for route in ROUTES}
    assert len(by_name) == len(ROUTES)
    for operation in OPERATIONS:
        assert operation.verb in by_name[operation.id].methods


def test_the_verbs_allowed_at_a_path_are_each_named_once_and_none_of_them_is_refused() -> None:
    for operation in OPERATIONS:
        allowed = allowed_methods(operation, OPERATIONS)
        assert len(set(allowed)) == len(allowed)
        assert operation.verb in allowed
        assert not set(allowed) & set(operation.refuses)

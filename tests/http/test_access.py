"""Every operation x every kind of caller; both lists are derived, so a new operation is included automatically."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support import INSTANCE, NOW, Clock, definition, host_over, in_json, matrix, profile, put_profiles
from support.entra import API, SIGN_IN_AT, USER, app_token, issuer, private_key, token

from function_app.api.limits import Limits
from function_app.api.operation import Operation
from function_app.api.runtime import Runtime
from function_app.bootstrap import OPERATIONS
from function_app.domain.access import Assignment, Principal, PrincipalType, Role
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

OTHER, MISSING = "00000000-0000-4000-8000-000000000002", "00000000-0000-4000-8000-00000000dead"
SAMPLES = {
    "customerId": "ada",
    "entityName": "Shop_Purchases",
    "principalId": "p-1",
    "role": "Viewer",
    "slot": "primary",
}
OPERATOR = Principal("operator", "user", Role.ADMINISTRATOR)
EXPIRED = int(NOW.timestamp()) - 3600
Headers = dict[str, str]


def bearer(text: str) -> Headers:
    return {"Authorization": f"Bearer {text}"}


STRANGERS: dict[str, Headers] = {
    "nobody": {},
    "another scheme": {"Authorization": "Basic YTpi"},
    "an empty token": {"Authorization": "Bearer"},
    "garbage": bearer("x.y.z"),
    "unsigned": bearer(token(algorithm="none", roles=["Administrator"])),
    "signed by a stranger": bearer(token(key=private_key("stranger"), roles=["Administrator"])),
    "expired": bearer(token(exp=EXPIRED, roles=["Administrator"])),
    "for another audience": bearer(token(aud="api://other", roles=["Administrator"])),
    "of another tenant": bearer(token(tid=API, roles=["Administrator"])),
    "of another issuer": bearer(token(iss="https://contoso.com", roles=["Administrator"])),
    "an id token": bearer(token(scp=None, roles=["Administrator"])),
    "an unknown key": {"Ocp-Apim-Subscription-Key": f"{INSTANCE}.nothing"},
    "a key of nowhere": {"Ocp-Apim-Subscription-Key": f"{MISSING}.nothing"},
    "no key at all": {"Ocp-Apim-Subscription-Key": "."},
    "the platform's header": {"X-MS-CLIENT-PRINCIPAL": "eyJyb2xlcyI6WyJBZG1pbmlzdHJhdG9yIl19"},
}


def app_role(role: Role) -> dict[str, Headers]:
    return {
        f"user, app role {role.title}": bearer(token(oid="u-any", roles=[role.title])),
        f"app, app role {role.title}": bearer(app_token(oid="a-any", sub="a-any", roles=[role.title])),
    }


def assigned(role: Role, at: str) -> dict[str, Headers]:
    name = f"{role.title}-{at[-4:]}"
    return {
        f"user {name}": bearer(token(oid=f"user-{name}")),
        f"group {name}": bearer(token(groups=[f"group-{name}"])),
        f"app {name}": bearer(app_token(appid=f"app-{name}")),
    }


KINDS: tuple[PrincipalType, ...] = ("user", "group", "app")


class Cast:
    """Callers by name, with the role of each on INSTANCE; None for those without a role there."""

    def __init__(self) -> None:
        self.callers: dict[str, tuple[Headers, Role | None]] = {}

    async def join(self, services: Services) -> None:
        for role in Role:
            for at, held in ((INSTANCE, role), (OTHER, None)):
                for kind in KINDS:
                    named = Assignment(f"{kind}-{role.title}-{at[-4:]}".lower(), kind, role)
                    await services.access.assign(at, named, OPERATOR, NOW)
                self._add(assigned(role, at), held)
                key = await services.access.regenerate(at, role, "secondary", OPERATOR, NOW)
                self._add({f"key {role.title}-{at[-4:]}": {"Ocp-Apim-Subscription-Key": key}}, held)
            self._add(app_role(role), role)
        crossed = Assignment(USER, "group", Role.ADMINISTRATOR)
        await services.access.assign(INSTANCE, crossed, OPERATOR, NOW)
        self._add(
            {
                "user whose id is a group's": bearer(token()),
                "user through an app with a role": bearer(token(oid="u", azp="app-administrator-0001")),
                "user without the scope": bearer(token(scp="openid", roles=["Administrator"])),
                "app without a role": bearer(app_token()),
            },
            None,
        )

    def _add(self, found: dict[str, Headers], role: Role | None) -> None:
        self.callers |= {name: (headers, role) for name, headers in found.items()}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Cast]]:
    cast = Cast()
    with issuer() as entra:

        def runtime(services: Services, clock: Clock) -> Runtime:
            limits = Limits(1_000_000)
            return Runtime(services, entra.authenticator(services.access), clock, limits, failures=limits)

        async with host_over(EmbeddedStore(tmp_path), Clock(), runtime) as (client, services):
            for instance_id in (INSTANCE, OTHER):
                await services.instances.define(instance_id, definition(), NOW)
            await put_profiles(services.store, INSTANCE, in_json(profile("ada")))
            await cast.join(services)
            yield client, cast


async def send(client: httpx.AsyncClient, operation: Operation, instance_id: str, headers: Headers) -> httpx.Response:
    values = SAMPLES | {"instanceId": instance_id}
    path = re.sub(r"{(\w+)}", lambda match: values.get(match[1], "some"), operation.path)
    body: dict[str, str] | None = {} if operation.body else None
    return await client.request(operation.verb, path, json=body, headers=headers)


SIGNED_IN = [operation for operation in OPERATIONS if operation.role is not None]
SCOPED = [operation for operation in SIGNED_IN if "{instanceId}" in operation.path]


def by_id(operation: Operation) -> str:
    return operation.id


@pytest.mark.parametrize("operation", SIGNED_IN, ids=by_id)
async def test_an_unknown_caller_must_authenticate(stage: tuple[httpx.AsyncClient, Cast], operation: Operation) -> None:
    client, _ = stage
    for name, headers in STRANGERS.items():
        for instance_id in (INSTANCE, MISSING):
            answer = await send(client, operation, instance_id, headers)
            assert (answer.status_code, answer.json()["errorCode"]) == (401, "Unauthenticated"), name
            assert answer.headers["WWW-Authenticate"].startswith(f'Bearer authorization_uri="{SIGN_IN_AT}"'), name


@pytest.mark.parametrize("operation", SCOPED, ids=by_id)
async def test_a_caller_may_what_its_role_may_and_no_more(
    stage: tuple[httpx.AsyncClient, Cast], operation: Operation
) -> None:
    client, cast = stage
    needed = operation.role
    assert needed is not None
    for name, (headers, role) in cast.callers.items():
        allowed = role is not None and role >= needed
        answer = await send(client, operation, INSTANCE, headers)
        if allowed:
            assert answer.status_code not in {401, 403}, name
            assert answer.status_code < 500, name
        else:
            assert (answer.status_code, answer.json()["errorCode"]) == (403, "Forbidden"), name


async def test_the_matrix_of_all_operations_and_all_kinds_of_callers_has_no_wrong_cell(
    stage: tuple[httpx.AsyncClient, Cast],
) -> None:
    client, cast = stage
    callers: dict[str, tuple[Headers, Role | str]] = {
        name: (headers, matrix.UNKNOWN) for name, headers in STRANGERS.items()
    }
    callers |= {name: (headers, role or matrix.WITHOUT_ROLE) for name, (headers, role) in cast.callers.items()}
    assert {held for _, held in callers.values()} == set(matrix.KINDS.values())
    wrong, cells = [], 0
    for operation in OPERATIONS:
        is_of_all = "{instanceId}" not in operation.path and operation.role is not None
        for name, (headers, held) in callers.items():
            if is_of_all and held == matrix.WITHOUT_ROLE and "scope" not in name:
                expected = matrix.ANSWERED  # lists what the caller has a role on
            else:
                expected = matrix.cell(held, operation)
            answer = await send(client, operation, INSTANCE, headers)
            status = str(answer.status_code)
            found = status if status in {matrix.UNAUTHENTICATED, matrix.FORBIDDEN} else matrix.ANSWERED
            cells += 1
            if found != expected or answer.status_code >= 500:
                wrong.append((operation.id, name, status, expected))
    assert wrong == []
    assert cells == len(OPERATIONS) * len(callers) > 2_000


@pytest.mark.parametrize("operation", SCOPED, ids=by_id)
async def test_a_caller_without_access_can_not_see_whether_an_instance_exists(
    stage: tuple[httpx.AsyncClient, Cast], operation: Operation
) -> None:
    client, cast = stage
    for name, (headers, role) in cast.callers.items():
        if role is None:
            there = await send(client, operation, INSTANCE, headers)
            missing = await send(client, operation, MISSING, headers)
            assert (there.status_code, there.content) == (missing.status_code, missing.content), name


def test_what_needs_no_sign_in_is_health_the_published_files_and_the_pages_without_their_data() -> None:
    free = {operation.id for operation in OPERATIONS if operation.role is None}
    pages = {"ShowStartPage", "ShowInstancePage", "ShowCard", "ShowUsagePage", "GetPageSettings"}
    pages |= {"GetPageFile", "GetVersionedPageFile"}
    assert free == {"CheckHealth", "GetConnector", "GetDefinitionSchema", "GetAgentSignIn", *pages}


async def test_callers_see_the_instances_they_have_a_role_on(stage: tuple[httpx.AsyncClient, Cast]) -> None:
    client, cast = stage
    for name, (headers, role) in cast.callers.items():
        answer = await client.get("instances", headers=headers)
        if "scope" in name:
            assert answer.status_code == 403
            continue
        everywhere = "app role" in name
        expected = [INSTANCE, OTHER] if everywhere else [INSTANCE] if role else [OTHER] if OTHER[-4:] in name else []
        assert [found["instanceId"] for found in answer.json()] == expected, name

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from support import ROOT

from function_app.api.sign_in import tokens
from function_app.domain.access import ROLES, Role
from infra import entra


class Graph:
    """The part of Microsoft Graph that the script uses."""

    def __init__(self) -> None:
        self.applications: dict[str, dict[str, Any]] = {}
        self.assignments: list[Mapping[str, Any]] = []
        self.principals: dict[str, dict[str, Any]] = {}
        self.secrets = 0

    def __call__(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        resource, _, rest = path.partition("?")[0].removeprefix("/").partition("/")
        kind, _, key = resource.partition("(")
        answer: dict[str, Any] = {}
        match method, kind, key, rest:
            case "PATCH", "applications", _, "" if key:
                made = {"id": f"object-{len(self.applications)}", "appId": f"client-{len(self.applications)}"}
                self.applications.setdefault(key, made).update(body or {})
            case "GET", "applications", _, "":
                answer = self.applications[key]
            case "PATCH", "applications", "", object_id:
                next(each for each in self.applications.values() if each["id"] == object_id).update(body or {})
            case "POST", "applications", "", _:
                self.secrets += 1
                answer = {"secretText": "s"}
            case "GET", "servicePrincipals", "", _:
                answer = {"value": self.assignments}
            case "POST", "servicePrincipals", "", _:
                self.assignments.append(body or {})
            case "PATCH", "servicePrincipals", _, "" if key:
                self.principals.setdefault(key, {"id": f"principal-{len(self.principals)}"}).update(body or {})
            case "GET", "servicePrincipals", _, "":
                answer = self.principals[key]
            case unknown:
                raise AssertionError(unknown)
        return answer

    def application(self, name: str) -> dict[str, Any]:
        return self.applications[f"uniqueName='{name}')"]


def set_up(graph: Graph, **wanted: Any) -> Mapping[str, Any]:
    return entra.set_up(graph, entra.Wanted("contoso", "ada", members=["crew"], **wanted))


def test_two_registrations_are_made_and_their_ids_returned() -> None:
    graph = Graph()
    assert set_up(graph) == {"ENTRA_API_CLIENT_ID": "client-0", "CONNECTOR_CLIENT_ID": "client-1"}
    assert (graph.application("contoso-api")["appId"], len(graph.applications)) == ("client-0", 2)


def test_a_second_run_changes_nothing() -> None:
    graph = Graph()
    first = set_up(graph)
    state = repr(vars(graph))
    assert set_up(graph) == first
    assert repr(vars(graph)) == state
    assert len(graph.assignments) == 2


def test_the_roles_are_those_of_the_code_for_users_and_programs() -> None:
    graph = Graph()
    set_up(graph)
    roles = graph.application("contoso-api")["appRoles"]
    assert [role["value"] for role in roles] == [*(role.title for role in Role), entra.MEMBER]
    assert all(role["allowedMemberTypes"] == ["User", "Application"] for role in roles)


def test_the_connector_may_call_the_api_without_asking_each_user() -> None:
    graph = Graph()
    set_up(graph)
    api, connector = graph.applications.values()
    assert connector["appId"] in {each["appId"] for each in api["api"]["preAuthorizedApplications"]}
    assert connector["requiredResourceAccess"][0]["resourceAppId"] == api["appId"]


def test_tokens_name_the_groups_of_a_user_so_that_roles_of_groups_count() -> None:
    graph = Graph()
    set_up(graph)
    api, connector = graph.applications.values()
    assert api["groupMembershipClaims"] == "SecurityGroup"
    assert "groupMembershipClaims" not in connector


def test_only_who_is_assigned_gets_a_token_for_the_api() -> None:
    graph = Graph()
    set_up(graph)
    api, connector = graph.principals.values()
    assert (api["appRoleAssignmentRequired"], connector["appRoleAssignmentRequired"]) == (True, False)
    roles = [(given["principalId"], given["appRoleId"]) for given in graph.assignments]
    assert roles == [("ada", entra.id_of("Administrator")), ("crew", entra.id_of(entra.MEMBER))]
    assert {given["resourceId"] for given in graph.assignments} == {api["id"]}


def test_a_member_has_no_role_by_that() -> None:
    assert entra.MEMBER not in ROLES


def test_the_redirect_uri_given_once_stays_in_later_runs() -> None:
    graph = Graph()
    set_up(graph, redirect_uri="https://global.consent.azure-apim.net/redirect/x")
    set_up(graph)
    assert graph.application("contoso-connector")["web"]["redirectUris"] == [
        "https://global.consent.azure-apim.net/redirect/x"
    ]


def test_the_addresses_of_the_tools_for_agents_are_identifiers_of_the_api_and_stay_in_later_runs() -> None:
    graph, tools = Graph(), "https://profiles.contoso.com/api/instances/{}/mcp"
    set_up(graph)
    assert graph.application("contoso-api")["identifierUris"] == ["api://client-0"]
    set_up(graph, agents_at=[tools.format("one")])
    set_up(graph, agents_at=[tools.format("two"), tools.format("one")])
    set_up(graph)
    known = ["api://client-0", tools.format("one"), tools.format("two")]
    assert graph.application("contoso-api")["identifierUris"] == known


def test_a_secret_is_made_only_when_requested() -> None:
    graph = Graph()
    assert "CONNECTOR_SECRET" not in set_up(graph)
    assert set_up(graph, secret_until="2027-01-01T00:00:00Z").get("CONNECTOR_SECRET") == "s"  # noqa: S106  # a date
    assert graph.secrets == 1


def test_the_scope_is_the_one_the_code_asks_for() -> None:
    assert entra.SCOPE == tokens.SCOPE


def test_without_apply_the_script_shows_every_request_and_sends_none() -> None:
    command = [sys.executable, "infra/entra.py", "--name", "contoso", "--administrator", "ada", "--new-secret"]
    shown = subprocess.run(command, cwd=ROOT, env={"PATH": ""}, check=True, capture_output=True, text=True).stdout
    assert shown.count("PATCH https://graph.microsoft.com/v1.0/") == 6
    assert '"value": "Administrator"' in shown

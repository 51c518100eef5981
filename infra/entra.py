"""Set up Microsoft Entra: the API's app registration, the connector's, and the first Administrator.

Without --apply every request is printed and none is sent, for review. With --apply they are sent with the Azure CLI
(`az login` before). It can be repeated at any time: registrations are found by their unique names, ids of roles and
scopes are derived from their names, and correct values are not changed.

    python3 infra/entra.py --name contoso --administrator <object id> [--member <object id>] [--redirect-uri <uri>]
                           [--agents-at <address>] [--new-secret] [--apply]

Agents name the address of the tools as the resource of their tokens (RFC 8707), so Entra must know this address as
a second identifier of the API: `--agents-at https://profiles.contoso.com/api/instances/<id>/mcp`, once for each
instance. Entra takes only addresses below a verified domain of the tenant, not those of azurewebsites.net.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

GRAPH = "https://graph.microsoft.com/v1.0"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
DAYS = 180
SCOPE = "user_impersonation"
ROLES = {
    "Viewer": "Read profiles, activities and metadata of every instance.",
    "Contributor": "Read, and write profile updates and activities, in every instance.",
    "Administrator": "Everything, definitions, refreshes and roles included, in every instance.",
}
MEMBER = "Member"
MEMBER_MAY = "Sign in, and do what instances allow by their own role assignments; nothing by itself."
Body = Mapping[str, Any]
Ask = Callable[[str, str, Body | None], dict[str, Any]]


def id_of(name: str) -> str:
    """Return the id of a role or scope; it is derived from the name, so that it is the same in each run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"realtime-customer-profiles/{name}"))


def api_registration(api_id: str, connector_id: str, addresses: Iterable[str]) -> Body:
    """Return the API's registration: its URIs, one delegated scope, its roles, the applications without consent.

    Tokens name the security groups of a user, up to 200, for role assignments of instances to groups.
    """
    return {
        "signInAudience": "AzureADMyOrg",
        "identifierUris": list(dict.fromkeys((f"api://{api_id}", *addresses))),
        "groupMembershipClaims": "SecurityGroup",
        "api": {
            "requestedAccessTokenVersion": 2,
            "oauth2PermissionScopes": [
                {
                    "id": id_of(SCOPE),
                    "value": SCOPE,
                    "type": "User",
                    "isEnabled": True,
                    "adminConsentDisplayName": "Use real-time customer profiles",
                    "adminConsentDescription": "Call the API as the signed-in user, within that user's roles.",
                    "userConsentDisplayName": "Use real-time customer profiles",
                    "userConsentDescription": "Call the API as you, within your roles.",
                }
            ],
            "preAuthorizedApplications": [
                {"appId": client_id, "delegatedPermissionIds": [id_of(SCOPE)]}
                for client_id in (connector_id, AZURE_CLI)
            ],
        },
        "appRoles": [
            {
                "id": id_of(role),
                "value": role,
                "displayName": role,
                "description": description,
                "allowedMemberTypes": ["User", "Application"],
                "isEnabled": True,
            }
            for role, description in {**ROLES, MEMBER: MEMBER_MAY}.items()
        ],
    }


def connector_registration(api_id: str, redirect_uri: str | None) -> Body:
    """Return the connector's registration; the redirect URI is known only after the connector is created."""
    access = {"resourceAppId": api_id, "resourceAccess": [{"id": id_of(SCOPE), "type": "Scope"}]}
    web = {"web": {"redirectUris": [redirect_uri]}} if redirect_uri else {}
    return {"signInAudience": "AzureADMyOrg", "requiredResourceAccess": [access], **web}


@dataclass(frozen=True)
class Wanted:
    """What differs from run to run; addresses of tools for agents that an earlier run has added stay."""

    name: str
    administrator: str | None = None
    redirect_uri: str | None = None
    secret_until: str | None = None
    members: Sequence[str] = ()
    agents_at: Sequence[str] = ()


def set_up(ask: Ask, wanted: Wanted) -> Body:
    """Create or update both registrations; return the ids and the secret for the deployment and the connector.

    Entra issues tokens for the API only to who is assigned one of its roles.
    """
    name = wanted.name
    api, connector = (
        _found_or_made(ask, f"{name}-{part}", f"Real-time Customer Profiles {title} ({name})")
        for part, title in (("api", "API"), ("connector", "connector"))
    )
    addresses = (*api.get("identifierUris", ()), *wanted.agents_at)
    ask("PATCH", f"/applications/{api['id']}", api_registration(api["appId"], connector["appId"], addresses))
    ask("PATCH", f"/applications/{connector['id']}", connector_registration(api["appId"], wanted.redirect_uri))
    for registration in (api, connector):
        shown = {"displayName": registration["name"], "appRoleAssignmentRequired": registration is api}
        ask("PATCH", f"/servicePrincipals(appId='{registration['appId']}')", shown)
    if wanted.administrator:
        _assign(ask, api["appId"], wanted.administrator, "Administrator")
    for member in wanted.members:
        _assign(ask, api["appId"], member, MEMBER)
    found = {"ENTRA_API_CLIENT_ID": api["appId"], "CONNECTOR_CLIENT_ID": connector["appId"]}
    if wanted.secret_until:
        credential = {"passwordCredential": {"displayName": "connector", "endDateTime": wanted.secret_until}}
        made = ask("POST", f"/applications/{connector['id']}/addPassword", credential)
        found["CONNECTOR_SECRET"] = made["secretText"]
    return found


def _found_or_made(ask: Ask, unique_name: str, display_name: str) -> dict[str, Any]:
    path = f"/applications(uniqueName='{unique_name}')"
    ask("PATCH", path, {"displayName": display_name})
    return {**ask("GET", f"{path}?$select=id,appId,identifierUris", None), "name": display_name}


def _assign(ask: Ask, api_id: str, principal_id: str, role: str) -> None:
    principal = ask("GET", f"/servicePrincipals(appId='{api_id}')?$select=id", None)["id"]
    path = f"/servicePrincipals/{principal}/appRoleAssignedTo"
    assignment = {"principalId": principal_id, "resourceId": principal, "appRoleId": id_of(role)}
    assigned = ask("GET", f"{path}?$top=999", None)["value"]
    if not any(assignment.items() <= each.items() for each in assigned):
        ask("POST", path, assignment)


def show(method: str, path: str, body: Body | None) -> dict[str, Any]:
    """Print a request instead of sending it; return placeholders."""
    print(method, GRAPH + path)
    if body is not None:
        print(json.dumps(body, indent=2))
    part = "connector" if "connector" in path else "api"
    return {"id": f"<id of {part}>", "appId": f"<appId of {part}>", "value": [], "secretText": "<secret>"}


def send(method: str, path: str, body: Body | None) -> dict[str, Any]:
    """Send a request to Microsoft Graph as the signed-in user of the Azure CLI; return its response."""
    command = ["az", "rest", "--method", method, "--url", GRAPH + path, "--output", "json"]
    if body is not None:
        headers = ["Content-Type=application/json", *(["Prefer=create-if-missing"] if path.endswith("')") else [])]
        command += ["--headers", *headers, "--body", json.dumps(body)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
    found: dict[str, Any] = json.loads(answer or "{}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True, help="names the registrations: {name}-api and {name}-connector")
    parser.add_argument("--administrator", help="object id of a user, group or service principal")
    parser.add_argument("--member", action="append", default=[], help="object id of who may sign in; can be repeated")
    parser.add_argument("--redirect-uri", help="redirect URI of the connector; its page shows it")
    parser.add_argument(
        "--agents-at", action="append", default=[], metavar="ADDRESS", help="address of the tools for agents"
    )
    parser.add_argument("--new-secret", action="store_true", help=f"a new secret for {DAYS} days; printed once")
    parser.add_argument("--apply", action="store_true", help="send the requests")
    given = parser.parse_args()
    ask = send if given.apply else show
    until = f"{datetime.now(UTC) + timedelta(days=DAYS):%Y-%m-%dT%H:%M:%SZ}" if given.new_secret else None
    wanted = Wanted(given.name, given.administrator, given.redirect_uri, until, given.member, given.agents_at)
    found = set_up(ask, wanted)
    print("\n".join(f"{name}={value}" for name, value in found.items()))


if __name__ == "__main__":
    main()

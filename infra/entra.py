"""Set up Microsoft Entra: the API's app registration, the connector's, and the first Administrator.

Without --apply every request is printed and none is sent, for review. With --apply they are sent with the Azure CLI
(`az login` before). It can be repeated at any time: registrations are found by their unique names, ids of roles and
scopes are derived from their names, and correct values are not changed.

    python3 infra/entra.py --name contoso --administrator <object id> [--redirect-uri <uri>] [--new-secret] [--apply]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import uuid
from collections.abc import Callable, Mapping
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
Body = Mapping[str, Any]
Ask = Callable[[str, str, Body | None], dict[str, Any]]


def id_of(name: str) -> str:
    """Return the id of a role or scope; it is derived from the name, so that it is the same in each run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"realtime-customer-profiles/{name}"))


def api_registration(api_id: str, connector_id: str) -> Body:
    """Return the API's registration: its URI, one delegated scope, three roles, the applications without consent."""
    return {
        "signInAudience": "AzureADMyOrg",
        "identifierUris": [f"api://{api_id}"],
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
            for role, description in ROLES.items()
        ],
    }


def connector_registration(api_id: str, redirect_uri: str | None) -> Body:
    """Return the connector's registration; the redirect URI is known only after the connector is created."""
    access = {"resourceAppId": api_id, "resourceAccess": [{"id": id_of(SCOPE), "type": "Scope"}]}
    web = {"web": {"redirectUris": [redirect_uri]}} if redirect_uri else {}
    return {"signInAudience": "AzureADMyOrg", "requiredResourceAccess": [access], **web}


def set_up(ask: Ask, name: str, administrator: str | None, redirect_uri: str | None, secret_until: str | None) -> Body:
    """Create or update both registrations; return the ids and the secret for the deployment and the connector."""
    api, connector = (
        _found_or_made(ask, f"{name}-{part}", f"Real-time Customer Profiles {title} ({name})")
        for part, title in (("api", "API"), ("connector", "connector"))
    )
    ask("PATCH", f"/applications/{api['id']}", api_registration(api["appId"], connector["appId"]))
    ask("PATCH", f"/applications/{connector['id']}", connector_registration(api["appId"], redirect_uri))
    for registration in (api, connector):
        ask("PATCH", f"/servicePrincipals(appId='{registration['appId']}')", {"displayName": registration["name"]})
    if administrator:
        _assign(ask, api["appId"], administrator, "Administrator")
    found = {"ENTRA_API_CLIENT_ID": api["appId"], "CONNECTOR_CLIENT_ID": connector["appId"]}
    if secret_until:
        credential = {"passwordCredential": {"displayName": "connector", "endDateTime": secret_until}}
        made = ask("POST", f"/applications/{connector['id']}/addPassword", credential)
        found["CONNECTOR_SECRET"] = made["secretText"]
    return found


def _found_or_made(ask: Ask, unique_name: str, display_name: str) -> dict[str, Any]:
    path = f"/applications(uniqueName='{unique_name}')"
    ask("PATCH", path, {"displayName": display_name})
    return {**ask("GET", f"{path}?$select=id,appId", None), "name": display_name}


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
    parser.add_argument("--redirect-uri", help="redirect URI of the connector; its page shows it")
    parser.add_argument("--new-secret", action="store_true", help=f"a new secret for {DAYS} days; printed once")
    parser.add_argument("--apply", action="store_true", help="send the requests")
    given = parser.parse_args()
    ask = send if given.apply else show
    until = f"{datetime.now(UTC) + timedelta(days=DAYS):%Y-%m-%dT%H:%M:%SZ}" if given.new_secret else None
    found = set_up(ask, given.name, given.administrator, given.redirect_uri, until)
    print("\n".join(f"{name}={value}" for name, value in found.items()))


if __name__ == "__main__":
    main()

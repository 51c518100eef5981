"""A complete connector that breaks no rule, and edits that break it in one place."""

import json
from copy import deepcopy
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from connector_lint.definitions import Json
from connector_lint.swagger import swagger
from PIL import Image

BRAND = "#7a1f3d"
PROPERTIES = "apiProperties.json#"
REMOVED = object()
"""As the new value of a place: take it away."""

README = """# Book Club Shelves

Puts books on shelves. Tells when new ones come.

## Publisher: Book Club

## Prerequisites
A shelf.

## Supported Operations

### Put a book on a shelf
Adds one.

### List books
Gives all.

### When a book is added
Starts a flow.

### When a book is returned
Starts a flow.

## Obtaining Credentials
Ask the club.

## Known Issues and Limitations
None.

## Deployment Instructions
Import it.
"""


def png(width: int = 160, height: int = 160, rgba: str = BRAND + "ff") -> bytes:
    """Return a PNG with a single colour."""
    file = BytesIO()
    Image.new("RGBA", (width, height), rgba).save(file, "PNG")
    return file.getvalue()


def properties() -> Json:
    """Return apiProperties.json: a choice of Entra and an API key, three policies."""
    entra = {
        "type": "oauthSetting",
        "oAuthSettings": {
            "identityProvider": "aad",
            "clientId": "<<the connector's app registration>>",
            "scopes": ["books"],
            "redirectMode": "GlobalPerConnector",
            "properties": {
                "IsFirstParty": "False",
                "AzureActiveDirectoryResourceId": "api://books",
            },
            "customParameters": {
                "loginUri": {"value": "https://login.microsoftonline.com"},
                "tenantId": {"value": "common"},
                "resourceUri": {"value": "api://books"},
            },
        },
    }
    tenant = {"type": "string", "uiDefinition": {"constraints": {"required": "false"}}}
    shown = {"displayName": "Sign in", "description": "How to sign in."}
    return {
        "properties": {
            "iconBrandColor": BRAND,
            "publisher": "Book Club",
            "stackOwner": "Book Club",
            "capabilities": ["actions", "triggers"],
            "connectionParameterSets": {
                "uiDefinition": shown,
                "values": [
                    {
                        "name": "entra",
                        "uiDefinition": shown,
                        "parameters": {"token": entra, "token:TenantId": tenant},
                    },
                    {
                        "name": "key",
                        "uiDefinition": shown,
                        "parameters": {"api_key": {"type": "securestring"}},
                    },
                ],
            },
            "policyTemplateInstances": [
                {
                    "templateId": "updatenextlink",
                    "title": "Next page",
                    "parameters": {
                        "x-ms-apimTemplate-operationName": ["ListBooks"],
                        "x-ms-apimTemplateParameter.nextLinkPropertyName": "nextLink",
                    },
                },
                {
                    "templateId": "pollingtrigger",
                    "type": "PollingTrigger",
                    "title": "New books",
                    "parameters": {
                        "x-ms-apimTemplate-operationName": ["WhenABookIsAdded"],
                        "x-ms-apimTemplateParameter.triggerConfig": {"state": "@{triggerBody().state}"},
                        "x-ms-apimTemplateParameter.triggerDataPath": "@triggerBody().value",
                    },
                },
                {
                    "templateId": "setheader",
                    "title": "Key",
                    "parameters": {
                        "x-ms-apimTemplateParameter.name": "X-Club-Key",
                        "x-ms-apimTemplateParameter.value": "@connectionParameters('api_key','')",
                    },
                },
            ],
        }
    }


@dataclass
class Example:
    """The files of a connector in memory."""

    swagger: Json = field(default_factory=swagger)
    properties: Json = field(default_factory=properties)
    files: dict[str, Any] = field(default_factory=lambda: {"icon.png": png(), "readme.md": README})

    def put(self, where: str, value: object) -> None:
        """Set the value at `where`, in the notation of findings; `-` appends to a list."""
        if where in self.files:
            self.files[where] = value
        elif where.startswith(PROPERTIES):
            _put(self.properties, where.removeprefix(PROPERTIES), value)
        else:
            _put(self.swagger, where, value)

    def write(self, folder: Path) -> Path:
        """Write the files into `folder`."""
        for name, value in self.files.items():
            if value is not REMOVED:
                data = value if isinstance(value, bytes) else str(value).encode()
                (folder / name).write_bytes(data)
        (folder / "apiDefinition.swagger.json").write_text(json.dumps(self.swagger), "utf-8")
        (folder / "apiProperties.json").write_text(json.dumps(self.properties), "utf-8")
        return folder


def part(where: str, changes: Json | None = None) -> Json:
    """Return a copy of an object of the valid swagger with some keys changed or, if `REMOVED`, left out."""
    value: Any = swagger()
    for token in _tokens(where):
        value = value[int(token) if isinstance(value, list) else token]
    changed = {**deepcopy(value), **(changes or {})}
    return {key: new for key, new in changed.items() if new is not REMOVED}


def _put(root: Json, where: str, value: object) -> None:
    *before, last = _tokens(where)
    holder: Any = root
    for token in before:
        holder = holder[int(token) if isinstance(holder, list) else token]
    if isinstance(holder, list):
        if last == "-":
            holder.append(value)
        else:
            holder[int(last)] = value
    elif value is REMOVED:
        del holder[last]
    else:
        holder[last] = value


def _tokens(where: str) -> list[str]:
    return [t.replace("~1", "/").replace("~0", "~") for t in where.split("/")[1:]]

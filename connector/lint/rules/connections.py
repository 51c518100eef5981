"""Rules on sign-in: connection parameters, and the sets of them that users choose from."""

import re
from collections import Counter
from collections.abc import Iterator

from connector.lint.document import API_PROPERTIES, Document
from connector.lint.json_value import Json, as_list, as_object, as_text, point
from connector.lint.rule import Problems, rule

IDENTITY_PROVIDERS = ("oauth2", "oauth2generic", "aad", "aadcertificate", "facebook")
ENTRA_PARAMETERS = ("loginUri", "tenantId", "resourceUri")
NO_CLIENT = "00000000-0000-0000-0000-000000000000"

_NAME = re.compile(r"[0-9a-zA-Z_]+")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _groups(document: Document) -> Iterator[tuple[str, Json]]:
    properties = document.api_properties
    single = point(API_PROPERTIES, "connectionParameters")
    yield single, as_object(properties.get("connectionParameters"))
    for where, entry in _sets(document):
        yield point(where, "parameters"), as_object(entry.get("parameters"))


def _sets(document: Document) -> Iterator[tuple[str, Json]]:
    sets = as_object(document.api_properties.get("connectionParameterSets"))
    for index, entry in enumerate(as_list(sets.get("values"))):
        yield point(API_PROPERTIES, "connectionParameterSets", "values", index), as_object(entry)


def _settings(document: Document) -> Iterator[tuple[str, Json]]:
    for where, group in _groups(document):
        for name, parameter in group.items():
            if "oAuthSettings" in as_object(parameter):
                yield point(where, name, "oAuthSettings"), as_object(parameter["oAuthSettings"])


@rule("ConnectionParameterNameNotValid")
def parameters_have_plain_names(document: Document) -> Problems:
    for where, group in _groups(document):
        for name in group:
            owner, _, part = name.rpartition(":")  # token:TenantId is part of token
            if not _NAME.fullmatch(part) or (owner and owner not in group):
                message = f"{name!r} is not a name; use letters, digits and underscores."
                yield point(where, name), message


@rule("ConnectionParameterSetNotValid")
def sets_can_be_chosen(document: Document) -> Problems:
    sets = document.api_properties.get("connectionParameterSets")
    where = point(API_PROPERTIES, "connectionParameterSets")
    if sets is not None and not (_is_displayed(as_object(sets)) and as_list(sets.get("values"))):
        yield where, "The sets need a uiDefinition with name and description, and values."
    count = Counter(as_text(entry.get("name")) for _, entry in _sets(document))
    for at, entry in _sets(document):
        name = as_text(entry.get("name"))
        complete = name and _is_displayed(entry) and as_object(entry.get("parameters"))
        if not complete or count[name] > 1:
            yield at, "A set needs a unique name, a uiDefinition and parameters; add them."


def _is_displayed(value: Json) -> bool:
    shown = {key.lower(): text for key, text in as_object(value.get("uiDefinition")).items()}
    return bool(as_text(shown.get("displayname")) and as_text(shown.get("description")))


@rule("IdentityProviderNotValid")
def identity_providers_are_known(document: Document) -> Problems:
    for where, settings in _settings(document):
        found = settings.get("identityProvider")
        if found not in IDENTITY_PROVIDERS:
            message = f"{found!r} is not one of {', '.join(IDENTITY_PROVIDERS)}."
            yield point(where, "identityProvider"), message


@rule("FirstPartyNotFalse")
def connectors_are_not_first_party(document: Document) -> Problems:
    for where, settings in _settings(document):
        if as_object(settings.get("properties")).get("IsFirstParty") != "False":
            yield (
                point(where, "properties", "IsFirstParty"),
                "Only Microsoft's own connectors are first party; write 'False'.",
            )


@rule("RedirectModeNotGlobalPerConnector")
def redirects_are_per_connector(document: Document) -> Problems:
    for where, settings in _settings(document):
        found = settings.get("redirectMode")
        if found != "GlobalPerConnector":
            message = f"The mode is {found!r}; OAuth needs 'GlobalPerConnector'."
            yield point(where, "redirectMode"), message


@rule("ClientCredentialsNotAllowed")
def no_client_is_published(document: Document) -> Problems:
    for where, settings in _settings(document):
        client = as_text(settings.get("clientId"))
        if "clientSecret" in settings:
            yield (
                point(where, "clientSecret"),
                "The file contains a secret; remove it and revoke it.",
            )
        if _GUID.fullmatch(client) and client != NO_CLIENT:
            yield point(where, "clientId"), "This is a real client id; write a placeholder."


@rule("OAuthScopesNotList")
def scopes_are_a_list(document: Document) -> Problems:
    for where, settings in _settings(document):
        if not isinstance(settings.get("scopes"), list):
            yield point(where, "scopes"), "scopes is not a list; write one, or []."


@rule("EntraSettingMissing")
def entra_settings_are_complete(document: Document) -> Problems:
    for where, settings in _settings(document):
        custom = as_object(settings.get("customParameters"))
        resource = as_object(settings.get("properties")).get("AzureActiveDirectoryResourceId")
        missing = [name for name in ENTRA_PARAMETERS if not as_object(custom.get(name)).get("value")]
        if not as_text(resource):
            missing.append("AzureActiveDirectoryResourceId")
        if settings.get("identityProvider") == "aad" and missing:
            yield where, f"Entra ID needs {', '.join(missing)}; add the values."

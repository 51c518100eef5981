"""Rules on security definitions and requirements."""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.json_value import Json, as_list, as_object, as_text, point
from connector.lint.rule import Problems, rule

# What each type of definition, and each flow of oauth2, must hold besides its type.
REQUIRED: dict[str, tuple[str, ...]] = {
    "basic": (),
    "apiKey": ("name", "in"),
    "oauth2": ("flow", "scopes"),
    "implicit": ("authorizationUrl",),
    "password": ("tokenUrl",),
    "application": ("tokenUrl",),
    "accessCode": ("authorizationUrl", "tokenUrl"),
}
VALUES = {
    "type": ("basic", "apiKey", "oauth2"),
    "in": ("header", "query"),
    "flow": ("implicit", "password", "application", "accessCode"),
}


def _requirements(document: Document) -> Iterator[tuple[str, str, object]]:
    for node in document.of("root", "operation"):
        for index, requirement in enumerate(as_list(node.value.get("security"))):
            for name, scopes in as_object(requirement).items():
                yield point(node.where, "security", index, name), name, scopes


def _scheme(document: Document, name: str) -> Json:
    return as_object(as_object(document.swagger.get("securityDefinitions")).get(name))


def _keys(scheme: Json) -> tuple[str, ...]:
    kind = as_text(scheme.get("type"))
    flow = as_text(scheme.get("flow")) if kind == "oauth2" else ""
    return (*REQUIRED.get(kind, ()), *REQUIRED.get(flow, ()))


@rule("SecurityRequirementMustBeDefined")
def requirements_are_defined(document: Document) -> Problems:
    for where, name, _ in _requirements(document):
        if not _scheme(document, name):
            yield where, f"{name!r} is not among the securityDefinitions; define it."


@rule("SecurityRequirementMustHaveEmptyValue")
def keys_have_no_scopes(document: Document) -> Problems:
    for where, name, scopes in _requirements(document):
        kind = _scheme(document, name).get("type")
        if kind in ("apiKey", "basic") and as_list(scopes):
            yield where, f"{kind} has no scopes; leave the list empty."


@rule("SecurityRequirementMustHaveValue")
def requirements_are_lists(document: Document) -> Problems:
    for where, name, scopes in _requirements(document):
        if not isinstance(scopes, list):
            yield where, f"{name!r} has no list of scopes; give an empty one if it needs none."


@rule("OAuthSecurityRequirementValueMustBeScopeName")
def scopes_are_defined(document: Document) -> Problems:
    for where, name, scopes in _requirements(document):
        scheme = _scheme(document, name)
        for scope in as_list(scopes):
            if scheme.get("type") == "oauth2" and scope not in [*as_object(scheme.get("scopes"))]:
                yield where, f"{name!r} defines no scope {scope!r}; define it there."


@rule("SecuritySchemePropertyRequired")
def schemes_are_complete(document: Document) -> Problems:
    for node in document.of("securityScheme"):
        for key in ("type", *_keys(node.value)):
            if key not in node.value:
                yield node.where, f"{key!r} is missing; a scheme of this type needs it."


@rule("SecuritySchemePropertyNotValid")
def schemes_hold_only_their_keys(document: Document) -> Problems:
    for node in document.of("securityScheme"):
        for key, value in node.value.items():
            known = (*_keys(node.value), "type", "description")
            if key not in known and not key.startswith("x-"):
                yield point(node.where, key), f"{key!r} does not belong to this type; remove it."
            elif key in VALUES and value not in VALUES[key]:
                words = ", ".join(VALUES[key])
                yield point(node.where, key), f"{value!r} is not one of {words}; choose one."

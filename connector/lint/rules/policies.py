"""Rules on the policies in apiProperties.json, which the platform applies to requests and responses."""

import re
from collections.abc import Iterator

from connector.lint.document import API_PROPERTIES, Document
from connector.lint.json_value import Json, as_list, as_object, as_text, point
from connector.lint.operation import Operation
from connector.lint.rule import Problems, rule

OPERATION_NAMES = "x-ms-apimTemplate-operationName"
PARAMETER = "x-ms-apimTemplateParameter."
TRIGGER_CONFIG, TRIGGER_DATA = f"{PARAMETER}triggerConfig", f"{PARAMETER}triggerDataPath"
NEXT_LINK = f"{PARAMETER}nextLinkPropertyName"
# The templates in use, with the parameters that Microsoft's schema of apiProperties.json requires.
TEMPLATES: dict[str, tuple[str, ...]] = {
    "pollingtrigger": (TRIGGER_CONFIG, TRIGGER_DATA),
    "setheader": (f"{PARAMETER}name", f"{PARAMETER}value"),
    "updatenextlink": (NEXT_LINK,),
}

_DATA_PATH = re.compile(r"@\{?triggerBody\(\)\??\.?(?P<path>[A-Za-z0-9_.@]*)\}?")


def _policies(document: Document, template: str = "") -> Iterator[tuple[str, Json]]:
    policies = as_list(document.api_properties.get("policyTemplateInstances"))
    for index, policy in enumerate(as_object(policy) for policy in policies):
        if template in ("", policy.get("templateId")):
            yield point(API_PROPERTIES, "policyTemplateInstances", index), policy


def _parameters(policy: Json) -> Json:
    return as_object(policy.get("parameters"))


def _names(policy: Json) -> list[str]:
    return as_list(_parameters(policy).get(OPERATION_NAMES))


def _covered(document: Document, policy: Json) -> list[Operation]:
    """Return the operations of a policy: those that it names, or all."""
    names = _names(policy)
    return [o for o in document.operations if not names or o.operation_id in names]


@rule("PolicyTemplateNotKnown")
def policies_are_known(document: Document) -> Problems:
    for where, policy in _policies(document):
        found = policy.get("templateId")
        if as_text(found) not in TEMPLATES:
            message = f"{found!r} is not one of {', '.join(TEMPLATES)}; correct it, or add it to TEMPLATES."
            yield point(where, "templateId"), message


@rule("PolicyParameterMissing")
def policies_have_their_parameters(document: Document) -> Problems:
    for where, policy in _policies(document):
        for name in TEMPLATES.get(as_text(policy.get("templateId")), ()):
            if name not in _parameters(policy):
                yield point(where, "parameters"), f"The policy needs {name!r}; add it."


@rule("PolicyOperationNotFound")
def policies_find_their_operations(document: Document) -> Problems:
    for where, policy in _policies(document):
        for index, name in enumerate(_names(policy)):
            if not document.operation(name):
                at = point(where, "parameters", OPERATION_NAMES, index)
                yield at, f"There is no operation {name!r}; use the id of an operation in the swagger."


@rule("PageablePolicyMissing")
def pages_have_their_links_rewritten(document: Document) -> Problems:
    rewritten = {
        operation.operation_id
        for _, policy in _policies(document, "updatenextlink")
        for operation in _covered(document, policy)
    }
    for operation in document.operations:
        if "x-ms-pageable" in operation.value and operation.operation_id not in rewritten:
            message = "The next link would bypass the connection; name this operation in a policy updatenextlink."
            yield point(operation.where, "x-ms-pageable"), message


@rule("PageablePolicyMismatch")
def pages_have_the_right_link_rewritten(document: Document) -> Problems:
    for where, policy in _policies(document, "updatenextlink"):
        name = _parameters(policy).get(NEXT_LINK)
        for operation in _covered(document, policy) if name is not None else ():
            pageable = as_object(operation.value.get("x-ms-pageable"))
            if pageable and pageable.get("nextLinkName") != name:
                message = f"The policy rewrites {name!r}, which is not the next link of {operation.label}; use that."
                yield point(where, "parameters", NEXT_LINK), message


@rule("PollingPolicyInputNotInternal")
def polling_state_is_an_internal_query(document: Document) -> Problems:
    for where, policy in _policies(document, "pollingtrigger"):
        config = as_object(_parameters(policy).get(TRIGGER_CONFIG))
        for operation in _covered(document, policy):
            for name in config:
                field = operation.input(name)
                good = field and field.place == "query" and field.internal
                if not name.startswith("x-ms-") and not good:
                    message = f"{operation.label} has no internal query parameter {name!r}; add it."
                    yield point(where, "parameters", TRIGGER_CONFIG, name), message


@rule("PollingPolicyOutputNotArray")
def polling_data_is_an_array_in_an_object(document: Document) -> Problems:
    for where, policy in _policies(document, "pollingtrigger"):
        written = as_text(_parameters(policy).get(TRIGGER_DATA))
        match = _DATA_PATH.fullmatch(written)
        path = match["path"].replace(".", "/") if match else ""
        for operation in _covered(document, policy):
            output = operation.output(path)
            if not path or not output or output.schema.get("type") != "array":
                message = (
                    f"{operation.label} returns no object with an array at {written!r}; use the path of its array."
                )
                yield point(where, "parameters", TRIGGER_DATA), message

"""Rules on the policies in apiProperties.json, which the platform applies to requests and answers."""

import re
from collections.abc import Iterator

from connector.lint.document import API_PROPERTIES, Document
from connector.lint.json_value import Json, as_list, as_object, as_text, point
from connector.lint.operation import Operation
from connector.lint.rule import Problems, rule

TEMPLATES = (
    *("convertarraytoobject", "convertobjecttoarray", "dynamichosturl", "encodepropertyvalue"),
    *("pollingtrigger", "routerequesttoendpoint", "setheader", "setproperty"),
    *("setqueryparameter", "setvaluefromurl", "stringreplace", "stringtoarray", "updatenextlink"),
    "setconnectionstatustounauthenticated",
)
OPERATION_NAMES = "x-ms-apimTemplate-operationName"
TRIGGER_CONFIG = "x-ms-apimTemplateParameter.triggerConfig"
TRIGGER_DATA = "x-ms-apimTemplateParameter.triggerDataPath"

_DATA_PATH = re.compile(r"@\{?triggerBody\(\)\??\.?(?P<path>[A-Za-z0-9_.@]*)\}?")


def _policies(document: Document, template: str = "") -> Iterator[tuple[str, Json]]:
    policies = as_list(document.api_properties.get("policyTemplateInstances"))
    for index, policy in enumerate(as_object(policy) for policy in policies):
        if template in ("", policy.get("templateId")):
            yield point(API_PROPERTIES, "policyTemplateInstances", index), policy


def _names(policy: Json) -> list[str]:
    return as_list(as_object(policy.get("parameters")).get(OPERATION_NAMES))


def _covered(document: Document, policy: Json) -> list[Operation]:
    """Return the operations a policy is for: those it names, or all."""
    names = _names(policy)
    return [o for o in document.operations if not names or o.operation_id in names]


@rule("PolicyTemplateNotKnown")
def policies_are_known(document: Document) -> Problems:
    for where, policy in _policies(document):
        found = policy.get("templateId")
        if found not in TEMPLATES:
            yield point(where, "templateId"), f"{found!r} is not a policy template; see Microsoft's list of them."


@rule("PolicyOperationNotFound")
def policies_find_their_operations(document: Document) -> Problems:
    for where, policy in _policies(document):
        for index, name in enumerate(_names(policy)):
            if not document.operation(name):
                at = point(where, "parameters", OPERATION_NAMES, index)
                yield at, f"There is no operation {name!r}; give the id of one in the swagger."


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


@rule("PollingPolicyInputNotInternal")
def polling_state_is_an_internal_query(document: Document) -> Problems:
    for where, policy in _policies(document, "pollingtrigger"):
        config = as_object(as_object(policy.get("parameters")).get(TRIGGER_CONFIG))
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
        written = as_text(as_object(policy.get("parameters")).get(TRIGGER_DATA))
        match = _DATA_PATH.fullmatch(written)
        path = match["path"].replace(".", "/") if match else ""
        for operation in _covered(document, policy):
            output = operation.output(path)
            if not path or not output or output.schema.get("type") != "array":
                message = f"{operation.label} returns no object with an array at {written!r}; name its array."
                yield point(where, "parameters", TRIGGER_DATA), message

"""Rules on paths and what stands in their braces."""

import re
from collections.abc import Iterator
from itertools import combinations

from connector.lint.document import Document
from connector.lint.json_value import as_object, point
from connector.lint.operation import Operation
from connector.lint.rule import Problems, rule

_VARIABLE = re.compile(r"\{([^{}/]*)\}")


def _paths(document: Document) -> Iterator[tuple[str, str]]:
    for path in as_object(document.swagger.get("paths")):
        if not path.startswith("x-"):
            yield path, point("/paths", path)


@rule("OperationPathMustStartWithSlash")
def paths_start_with_a_slash(document: Document) -> Problems:
    for path, where in _paths(document):
        if not path.startswith("/"):
            yield where, f"The path {path!r} does not start with '/'; put one in front."


@rule("OperationPathMayNotContainQueryOrFragment")
def paths_hold_no_query(document: Document) -> Problems:
    for path, where in _paths(document):
        if "?" in path or "#" in path:
            yield where, f"The path {path!r} holds a query or fragment; use query parameters."


@rule("OperationPathContainsUnsupportedCharacters")
def paths_hold_no_wildcard(document: Document) -> Problems:
    for path, where in _paths(document):
        if "*" in path:
            yield where, f"The path {path!r} holds a '*'; use a parameter in braces."


@rule("OperationPathTemplateNotValid")
def braces_are_balanced(document: Document) -> Problems:
    for path, where in _paths(document):
        if re.search(r"[{}]", _VARIABLE.sub("", path)):
            yield where, f"The braces of {path!r} do not pair inside one segment; close each there."


@rule("OperationPathVariablesContainDefaults")
def variables_have_no_default(document: Document) -> Problems:
    for path, where in _paths(document):
        if any("=" in name for name in _VARIABLE.findall(path)):
            yield where, f"A variable of {path!r} has a default; set it on the parameter."


@rule("PathRedefined")
def paths_differ_in_more_than_case(document: Document) -> Problems:
    seen: dict[str, str] = {}
    for path, where in _paths(document):
        first = seen.setdefault(path.lower(), path)
        if first != path:
            yield where, f"{path!r} differs from {first!r} in case only; merge them."


@rule("DuplicateOperationPath")
def paths_are_distinguishable(document: Document) -> Problems:
    for one, other in _pairs(document):
        if one.path != other.path and _pattern(one) == _pattern(other):
            message = f"{one.label} and {other.label} have paths of the same form; change one."
            yield other.where, message


@rule("PartialDuplicateOperationPath", level="warning")
def paths_do_not_shadow_each_other(document: Document) -> Problems:
    for one, other in _pairs(document):
        segments = list(zip(_pattern(one), _pattern(other), strict=False))
        overlap = all(a == b or "{}" in (a, b) for a, b in segments)
        same_length = len(_pattern(one)) == len(_pattern(other))
        if same_length and overlap and _pattern(one) != _pattern(other):
            message = f"A value in {one.path!r} may read as {other.path!r}; tell them apart."
            yield other.where, message


def _pairs(document: Document) -> Iterator[tuple[Operation, Operation]]:
    for one, other in combinations(document.operations, 2):
        if one.verb == other.verb:
            yield one, other


def _pattern(operation: Operation) -> tuple[str, ...]:
    return tuple(_VARIABLE.sub("{}", operation.path).split("/"))


@rule("PathItemRefNotSupported")
def path_items_are_written_out(document: Document) -> Problems:
    for node in document.of("pathItem"):
        if "$ref" in node.value:
            yield point(node.where, "$ref"), "A path is never a reference; write it out."


@rule("OperationMissingPathParameter")
def variables_are_declared(document: Document) -> Problems:
    for operation in document.operations:
        declared = {p.path for p in operation.parameters if p.place == "path"}
        for name in (name.partition("=")[0] for name in _VARIABLE.findall(operation.path)):
            if name not in declared:
                yield operation.where, f"The path holds {{{name}}}; declare that parameter."


@rule("PathParameterNotDefinedInTemplate")
def parameters_stand_in_the_path(document: Document) -> Problems:
    for operation in document.operations:
        names = [name.partition("=")[0] for name in _VARIABLE.findall(operation.path)]
        for parameter in operation.parameters:
            if parameter.place == "path" and parameter.path not in names:
                message = f"{{{parameter.path}}} is not in {operation.path!r}; put it there."
                yield parameter.where, message


@rule("PathParameterMustBeRequired")
def path_parameters_are_required(document: Document) -> Problems:
    for node in document.of("parameter"):
        if node.value.get("in") == "path" and node.value.get("required") is not True:
            yield node.where, "A path parameter is always needed; set required to true."


@rule("PathParameterMissingEncoding")
def path_parameters_are_encoded_once(document: Document) -> Problems:
    for node in document.of("parameter"):
        if node.value.get("in") == "path" and node.value.get("x-ms-url-encoding") != "single":
            message = "A '/' in the value would break the path; set x-ms-url-encoding to 'single'."
            yield node.where, message


@rule("QueryParameterEncodingNotSupported")
def other_parameters_state_no_encoding(document: Document) -> Problems:
    for node in document.of("parameter"):
        if node.value.get("in") != "path" and "x-ms-url-encoding" in node.value:
            where = point(node.where, "x-ms-url-encoding")
            yield where, "Only path parameters take an encoding; remove it here."

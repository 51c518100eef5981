"""Rules on paths and their parameters."""

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


@rule("OperationPathMayNotContainQueryOrFragment")
def paths_have_no_query(document: Document) -> Problems:
    """Find queries and fragments, and optional route variables of the Functions host: `{id?}`."""
    for path, where in _paths(document):
        if "?" in path or "#" in path:
            yield where, f"The path {path!r} has a query or fragment; use query parameters."


@rule("OperationPathContainsUnsupportedCharacters")
def paths_have_no_wildcard(document: Document) -> Problems:
    """Find route variables of the Functions host for the rest of the path: `{*file}`."""
    for path, where in _paths(document):
        if "*" in path:
            yield where, f"The path {path!r} has a '*'; use one variable for each segment."


@rule("DuplicateOperationPath")
def paths_are_distinguishable(document: Document) -> Problems:
    for one, other in _pairs(document):
        if one.path != other.path and _pattern(one) == _pattern(other):
            message = f"{one.label} and {other.label} have paths of the same form; change one."
            yield other.where, message


@rule("PartialDuplicateOperationPath", level="warning")
def paths_do_not_overlap(document: Document) -> Problems:
    for one, other in _pairs(document):
        segments = list(zip(_pattern(one), _pattern(other), strict=False))
        overlap = all(a == b or "{}" in (a, b) for a, b in segments)
        same_length = len(_pattern(one)) == len(_pattern(other))
        if same_length and overlap and _pattern(one) != _pattern(other):
            message = f"For some values {one.path!r} is the same address as {other.path!r}; change one."
            yield other.where, message


def _pairs(document: Document) -> Iterator[tuple[Operation, Operation]]:
    for one, other in combinations(document.operations, 2):
        if one.verb == other.verb:
            yield one, other


def _pattern(operation: Operation) -> tuple[str, ...]:
    return tuple(_VARIABLE.sub("{}", operation.path).split("/"))


@rule("OperationMissingPathParameter")
def variables_are_declared(document: Document) -> Problems:
    for operation in document.operations:
        declared = {p.path for p in operation.parameters if p.place == "path"}
        for name in _VARIABLE.findall(operation.path):
            if name not in declared:
                yield operation.where, f"The path has the variable {{{name}}}; declare it as a parameter."


@rule("PathParameterNotDefinedInTemplate")
def parameters_are_in_the_path(document: Document) -> Problems:
    for operation in document.operations:
        names = _VARIABLE.findall(operation.path)
        for parameter in operation.parameters:
            if parameter.place == "path" and parameter.path not in names:
                yield parameter.where, f"{{{parameter.path}}} is not in the path {operation.path!r}; add it there."


@rule("PathParameterMustBeRequired")
def path_parameters_are_required(document: Document) -> Problems:
    for node in document.of("parameter"):
        if node.value.get("in") == "path" and node.value.get("required") is not True:
            yield node.where, "A path parameter is always required; set required to true."


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
            yield where, "Only path parameters have an encoding; remove it here."

"""Rules on the root of the file: version, address, tags, size, release status."""

import re

from connector.lint.document import Document
from connector.lint.json_value import as_list, as_object, as_text, point
from connector.lint.rule import Problems, rule
from connector.lint.text import words_in

LARGEST_FILE = 1_000_000
MOST_OPERATIONS = 128
REHEARSAL = ("dev", "development", "test", "testing", "staging", "stage", "uat", "localhost")

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d+)?")


@rule("SpecificationVersionIncorrect")
def version_is_two(document: Document) -> Problems:
    version = document.swagger.get("swagger")
    if "swagger" in document.swagger and version != "2.0":
        yield "/swagger", f"The version is {version!r}; only '2.0' is accepted."


@rule("SwaggerFileTooLarge")
def file_is_small(document: Document) -> Problems:
    if document.size >= LARGEST_FILE:
        message = f"The file has {document.size} bytes; stay below {LARGEST_FILE}."
        yield "apiDefinition.swagger.json", message


@rule("TotalOperationsCountExceedsMaxAllowed", level="warning")
def operations_are_few(document: Document) -> Problems:
    count = len(document.operations)
    if count > MOST_OPERATIONS:
        yield "/paths", f"There are {count} operations; {MOST_OPERATIONS} are known to be safe."


@rule("HostNameNotValid")
def host_is_a_name(document: Document) -> Problems:
    host = as_text(document.swagger.get("host"))
    if not _HOST.fullmatch(host):
        yield "/host", f"{host!r} is no host name; give one without scheme and path."


@rule("HostNotProduction")
def host_is_in_production(document: Document) -> Problems:
    host = as_text(document.swagger.get("host"))
    for word in words_in(host, REHEARSAL):
        yield "/host", f"{host!r} says {word!r}; name the host that is in production."


@rule("BasePathNotValid")
def base_path_starts_with_a_slash(document: Document) -> Problems:
    path = as_text(document.swagger.get("basePath", "/"))
    if not path.startswith("/"):
        yield "/basePath", f"{path!r} is no base path; start it with '/'."


@rule("SchemesArrayEmpty")
def schemes_are_named(document: Document) -> Problems:
    if document.swagger.get("schemes") == []:
        yield "/schemes", "No scheme is named; name https."


@rule("SchemeNotValid")
def schemes_are_known(document: Document) -> Problems:
    for index, scheme in enumerate(as_list(document.swagger.get("schemes"))):
        if scheme not in ("http", "https", "ws", "wss"):
            yield point("/schemes", index), f"{scheme!r} is no scheme; name https."


@rule("SchemeNotSupported")
def schemes_are_not_sockets(document: Document) -> Problems:
    for index, scheme in enumerate(as_list(document.swagger.get("schemes"))):
        if scheme in ("ws", "wss"):
            yield point("/schemes", index), f"{scheme!r} is a web socket; only http and https work."


@rule("TagRedefined")
def tags_are_defined_once(document: Document) -> Problems:
    seen: set[object] = set()
    for node in document.of("tag"):
        name = node.value.get("name")
        if name in seen:
            yield node.where, f"The tag {name!r} stands here twice; leave one."
        seen.add(name)


def _status(document: Document) -> str:
    return as_text(as_object(document.info.get("x-ms-api-annotation")).get("status"))


@rule("ProductionStatusOnBetaService")
def beta_services_are_previews(document: Document) -> Problems:
    address = [as_text(document.swagger.get(key)) for key in ("host", "basePath")]
    address.append(as_text(document.info.get("version")))
    if _status(document) == "Production" and words_in(" ".join(address), ("beta", "preview")):
        message = "The service is a beta but the connector says Production; say Preview."
        yield "/info/x-ms-api-annotation/status", message


@rule("OperationStatusAheadOfConnector")
def operations_are_not_ahead(document: Document) -> Problems:
    for operation in document.operations:
        if _status(document) == "Preview" and operation.annotation.get("status") == "Production":
            where = point(operation.where, "x-ms-api-annotation", "status")
            yield where, "The operation says Production in a Preview connector; say Preview."

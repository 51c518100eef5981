"""Rules on operations that come in several versions."""

from collections import Counter, defaultdict

from connector.lint.document import Document
from connector.lint.json_value import as_object, point
from connector.lint.operation import Operation
from connector.lint.rule import Problems, rule

MOST_ACTIVE = 2


def _families(document: Document) -> list[tuple[str, list[Operation]]]:
    families: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in document.operations:
        if operation.annotation.get("family"):
            families[operation.annotation["family"]].append(operation)
    return list(families.items())


def _where(operation: Operation, *keys: str) -> str:
    return point(operation.where, "x-ms-api-annotation", *keys)


@rule("OperationFamilyHasDuplicateRevisions")
def revisions_are_unique(document: Document) -> Problems:
    for family, members in _families(document):
        count = Counter(m.annotation["revision"] for m in members if "revision" in m.annotation)
        for member in members:
            if count[member.annotation.get("revision")] > 1:
                message = f"The family {family!r} has this revision twice; number them apart."
                yield _where(member, "revision"), message


@rule("OperationFamilyHasManyActiveOperations")
def families_have_few_active_members(document: Document) -> Problems:
    for family, members in _families(document):
        active = [member for member in members if not member.deprecated]
        if len(active) > MOST_ACTIVE:
            message = f"{len(active)} of the family {family!r} are active; deprecate all but two."
            yield active[0].where, message


@rule("OperationFamilyHasManyActiveProductionOperations")
def families_have_one_in_production(document: Document) -> Problems:
    for family, members in _families(document):
        active = [
            member for member in members if not member.deprecated and member.annotation.get("status") == "Production"
        ]
        if len(active) > 1:
            message = f"{len(active)} of the family {family!r} are in production; leave one."
            yield active[0].where, message


@rule("OperationFamilyHasManyEmptyRevisions")
def families_have_one_unnumbered_member(document: Document) -> Problems:
    for family, members in _families(document):
        unnumbered = [member for member in members if "revision" not in member.annotation]
        if len(unnumbered) > 1:
            message = f"{len(unnumbered)} of the family {family!r} have no revision; number them."
            yield _where(unnumbered[0]), message


@rule("OperationRevisionEmpty", level="warning")
def members_have_revisions(document: Document) -> Problems:
    for family, members in _families(document):
        for member in members:
            if "revision" not in member.annotation:
                yield _where(member), f"A member of the family {family!r} needs a revision."


@rule("OperationIdShouldEndWithRevision", level="warning")
def ids_end_with_the_revision(document: Document) -> Problems:
    for _, members in _families(document):
        for member in members:
            revision = member.annotation.get("revision", 1)
            if revision > 1 and not member.operation_id.endswith(f"V{revision}"):
                where = point(member.where, "operationId")
                yield where, f"{member.operation_id!r} is revision {revision}; end it V{revision}."


@rule("ApiAnnotationExtensionReplacementInfoForNonDeprecatedOperations")
def only_deprecated_operations_are_replaced(document: Document) -> Problems:
    for operation in document.operations:
        if "replacement" in operation.annotation and not operation.deprecated:
            message = "A replacement is named but the operation is not deprecated; deprecate it."
            yield _where(operation, "replacement"), message


@rule("ApiAnnotationExtensionReplacementInfoMissingApiProperty")
def replacements_name_their_connector(document: Document) -> Problems:
    yield from _replacements_without(document, "api")


@rule("ApiAnnotationExtensionReplacementInfoMissingOperationIdProperty")
def replacements_name_their_operation(document: Document) -> Problems:
    yield from _replacements_without(document, "operationId")


def _replacements_without(document: Document, key: str) -> Problems:
    for operation in document.operations:
        replacement = operation.annotation.get("replacement")
        if replacement is not None and key not in as_object(replacement):
            yield _where(operation, "replacement"), f"The replacement has no {key!r}; add it."

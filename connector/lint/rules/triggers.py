"""Rules on triggers: their names, and how the platform polls them."""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.json_value import as_text, point
from connector.lint.operation import Operation
from connector.lint.rule import Problems, rule

DESCRIPTION_START = "This operation triggers when"


def _triggers(document: Document) -> Iterator[Operation]:
    return (operation for operation in document.operations if operation.trigger)


@rule("TriggerSummaryNotWhen")
def summaries_begin_with_when(document: Document) -> Problems:
    for trigger in _triggers(document):
        if not as_text(trigger.value.get("summary")).startswith(("When a ", "When an ")):
            yield point(trigger.where, "summary"), "The summary of a trigger begins with 'When a' or 'When an'."


@rule("TriggerDescriptionNotWhen")
def descriptions_begin_with_when(document: Document) -> Problems:
    for trigger in _triggers(document):
        if not as_text(trigger.value.get("description")).startswith(DESCRIPTION_START):
            where = point(trigger.where, "description")
            yield where, f"The description of a trigger begins with {DESCRIPTION_START!r}."


@rule("TriggerHintMissing")
def triggers_have_hints(document: Document) -> Problems:
    for trigger in _triggers(document):
        if not as_text(trigger.value.get("x-ms-trigger-hint")).strip():
            yield trigger.where, "x-ms-trigger-hint is missing; describe how makers can test the trigger."


@rule("BatchTriggerHasNoArray")
def batches_are_arrays(document: Document) -> Problems:
    for trigger in _triggers(document):
        shallow = [field for field in trigger.outputs if "/" not in field.path]
        array = any(field.schema.get("type") == "array" for field in shallow)
        if trigger.value["x-ms-trigger"] == "batch" and not array:
            message = "A batch trigger returns an array, or an object with one; declare it."
            yield trigger.where, message


@rule("BatchTriggerNotSplit")
def batches_have_one_visible_field(document: Document) -> Problems:
    """Find fields beside the array: the designer starts one run for each event only if the array is all there is."""
    for trigger in _triggers(document):
        fields = [field for field in trigger.outputs if field.path and "/" not in field.path]
        has_array = any(field.schema.get("type") == "array" for field in fields)
        for field in fields if has_array and trigger.value["x-ms-trigger"] == "batch" else ():
            if field.schema.get("type") != "array" and field.schema.get("x-ms-visibility") != "internal":
                yield field.schema_where, "Makers see this field beside the array, so no run starts per event; hide it."

"""Rules on triggers that subscribe a callback: what the platform needs to subscribe, to show outputs, and to end it."""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.field import Field
from connector.lint.json_value import as_object, point
from connector.lint.operation import Operation
from connector.lint.rule import Problems, rule

CONTENT, URL = "x-ms-notification-content", "x-ms-notification-url"


def webhooks(document: Document) -> Iterator[Operation]:
    """Yield the triggers that are no GET: they subscribe."""
    return (each for each in document.operations if each.trigger and each.verb != "get")


def _urls(operation: Operation) -> list[Field]:
    return [field for field in operation.inputs if field.value.get(URL) is True]


@rule("WebhookOperationsMissingNotificationUrlProperty")
def webhooks_take_a_callback(document: Document) -> Problems:
    for webhook in webhooks(document):
        if len(_urls(webhook)) != 1:
            yield webhook.where, f"Exactly one field of the body is the callback; mark it by {URL}."


@rule("OperationMustHaveNotificationContentExtension")
def webhooks_describe_what_is_sent(document: Document) -> Problems:
    for webhook in webhooks(document):
        content = as_object(as_object(document.swagger["paths"][webhook.path]).get(CONTENT))
        if not (content.get("description") and content.get("schema")):
            yield point("/paths", webhook.path), f"{CONTENT} is missing beside the operation, or has no schema."


@rule("NotificationUrlNotAllowedInThisPosition")
def callbacks_are_in_bodies_of_webhooks(document: Document) -> Problems:
    known = set(webhooks(document))
    for operation in document.operations:
        for field in _urls(operation):
            if operation not in known or field.place != "body":
                yield field.where, f"{URL} is only for a field in the body of a trigger that subscribes."


@rule("NotificationUrlNotInternal")
def callbacks_are_hidden(document: Document) -> Problems:
    for webhook in webhooks(document):
        for field in _urls(webhook):
            if not field.internal:
                yield field.where, "Makers see the callback, which the platform sets; make it internal."


@rule("NotificationUrlNotRequired")
def callbacks_are_required(document: Document) -> Problems:
    for webhook in webhooks(document):
        for field in _urls(webhook):
            if not field.required_throughout:
                yield field.where, "The callback, or an object around it, is optional; require each."


@rule("NotificationUrlNotString")
def callbacks_are_texts(document: Document) -> Problems:
    for webhook in webhooks(document):
        for field in _urls(webhook):
            if field.schema.get("type") != "string":
                yield field.where, "The callback is no string."


@rule("WebhookNotSingle")
def webhooks_start_one_run(document: Document) -> Problems:
    for webhook in webhooks(document):
        if webhook.value["x-ms-trigger"] != "single" or webhook.verb != "post":
            yield webhook.where, "A trigger that subscribes is a POST and 'single': each message starts one run."


@rule("WebhookNotEnded")
def subscriptions_can_be_ended(document: Document) -> Problems:
    """Find webhooks without an internal DELETE: the platform calls it at the Location of the subscription."""
    deletes = [each for each in document.operations if each.verb == "delete" and each.internal]
    for webhook in webhooks(document):
        if not deletes:
            yield webhook.where, "No internal DELETE ends the subscription; the platform calls it by its Location."

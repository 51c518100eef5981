"""Rules on webhooks: subscriptions of the platform, and the notifications that it receives."""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.field import Field
from connector.lint.json_value import as_object, point
from connector.lint.operation import Operation
from connector.lint.rule import Problems, rule


def _webhooks(document: Document) -> Iterator[Operation]:
    return (operation for operation in document.operations if operation.webhook)


def _notification_urls(document: Document) -> Iterator[Field]:
    for operation in document.operations:
        for field in operation.inputs:
            if field.is_notification_url and field.place == "body":
                yield field


@rule("WebhookTriggerNotSingle")
def webhooks_are_single_triggers(document: Document) -> Problems:
    for webhook in _webhooks(document):
        if webhook.value.get("x-ms-trigger") != "single":
            yield webhook.where, "A notification starts one run; set x-ms-trigger to single."


@rule("WebhookOperationsMissingNotificationUrlProperty")
def webhooks_get_a_url(document: Document) -> Problems:
    for webhook in _webhooks(document):
        if not any(field.is_notification_url for field in webhook.inputs):
            yield webhook.where, "No property of the body is marked x-ms-notification-url; mark one."


@rule("OperationMustHaveNotificationContentExtension")
def webhooks_declare_what_they_send(document: Document) -> Problems:
    for webhook in _webhooks(document):
        if not webhook.notifies:
            yield webhook.where, "x-ms-notification-content is missing; add it beside the verb."


@rule("WebhookLocationMissing")
def subscriptions_have_an_address(document: Document) -> Problems:
    """Find webhooks without Location, the address where the platform unsubscribes."""
    for webhook in _webhooks(document):
        created = [r.value for r in webhook.responses if r.code == "201"]
        names = [name.lower() for value in created for name in as_object(value.get("headers"))]
        if "location" not in names:
            where = point(webhook.where, "responses")
            yield where, "No 201 declares the header Location, where the platform unsubscribes; add it."


@rule("WebhookUnsubscribeMissing")
def subscriptions_can_be_deleted(document: Document) -> Problems:
    for webhook in _webhooks(document):
        below = webhook.path.rstrip("/") + "/{"
        deletes = [o for o in document.operations if o.verb == "delete" and o.internal]
        if not any(o.path.startswith(below) for o in deletes):
            yield webhook.where, f"There is no internal DELETE at {below}...}}; add it."


@rule("NotificationUrlNotAllowedInThisPosition")
def urls_are_in_request_bodies(document: Document) -> Problems:
    for operation in document.operations:
        for field in (*operation.inputs, *operation.outputs):
            if field.is_notification_url and field.place != "body":
                yield field.where, "A notification URL is a property of a request body; remove it here."


@rule("NotificationUrlNotInternal")
def urls_are_internal(document: Document) -> Problems:
    for field in _notification_urls(document):
        if not field.internal:
            yield field.where, "The platform fills this in; set x-ms-visibility to internal."


@rule("NotificationUrlNotRequired")
def urls_are_required_throughout(document: Document) -> Problems:
    """Find URLs that are optional, or are inside an optional body or object."""
    for field in _notification_urls(document):
        if not field.required_throughout:
            yield field.where, f"{field.path!r}, or an object around it, is optional; require them."


@rule("NotificationUrlNotString")
def urls_are_strings(document: Document) -> Problems:
    for field in _notification_urls(document):
        found = field.schema.get("type")
        if found != "string":
            yield field.where, f"The notification URL is {found}; make it a string."


def _notified(document: Document) -> Iterator[tuple[Operation, str, Operation | None]]:
    """Yield each polling trigger that a webhook notifies, the place of the extension, and the webhook."""
    for operation in document.operations:
        extension = as_object(operation.value.get("x-ms-notification"))
        if "x-ms-notification" in operation.value:
            where = point(operation.where, "x-ms-notification")
            yield operation, where, document.operation(extension.get("operationId"))


@rule("NotificationExtensionNotSupportedInWebhookOperation")
def webhooks_refer_to_no_webhook(document: Document) -> Problems:
    for operation, where, _ in _notified(document):
        if operation.webhook:
            yield where, "A webhook receives notifications itself; remove x-ms-notification."


@rule("NotificationExtensionSupportedForTriggerOnly")
def only_triggers_are_notified(document: Document) -> Problems:
    for operation, where, _ in _notified(document):
        if not operation.trigger:
            yield where, "Only a trigger is notified; remove it or set x-ms-trigger."


@rule("NotificationOperationMustBeWebhook")
def notifications_come_from_webhooks(document: Document) -> Problems:
    for _, where, subscribe in _notified(document):
        if subscribe and not subscribe.webhook:
            message = f"{subscribe.label} is not a webhook; use the id of an operation that subscribes."
            yield point(where, "operationId"), message


@rule("ParamtersWithSameNameMustHaveSameTypeAndVisibility")
def poll_and_subscription_agree(document: Document) -> Problems:
    """Find parameters that differ between both. The id is misspelled by Microsoft."""
    for poll, _, subscribe in _notified(document):
        for field in poll.parameters:
            twin = subscribe.input(field.path) if subscribe else None
            same = not twin or all(field.value.get(key) == twin.value.get(key) for key in ("type", "x-ms-visibility"))
            if not same and subscribe:
                message = f"{field.path!r} differs from that of {subscribe.label}; use the same type and visibility."
                yield field.where, message

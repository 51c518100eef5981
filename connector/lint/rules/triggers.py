"""Rules on triggers: webhooks, polling, and how they are named."""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.json_value import as_object, as_text, point
from connector.lint.operation import Field, Operation
from connector.lint.rule import Problems, rule


def _triggers(document: Document) -> Iterator[Operation]:
    return (operation for operation in document.operations if operation.trigger)


def _webhooks(document: Document) -> Iterator[Operation]:
    return (operation for operation in document.operations if operation.webhook)


def _notification_urls(document: Document) -> Iterator[Field]:
    for operation in document.operations:
        for field in operation.inputs:
            if field.is_notification_url and field.place == "body":
                yield field


@rule("TriggerSummaryNotWhen")
def summaries_begin_with_when(document: Document) -> Problems:
    for trigger in _triggers(document):
        if not as_text(trigger.value.get("summary")).startswith(("When a ", "When an ")):
            where = point(trigger.where, "summary")
            yield where, "A trigger's summary begins with 'When a'; write it so."


@rule("TriggerDescriptionNotWhen")
def descriptions_begin_with_when(document: Document) -> Problems:
    for trigger in _triggers(document):
        opening = "This operation triggers when"
        if not as_text(trigger.value.get("description")).startswith(opening):
            where = point(trigger.where, "description")
            yield where, f"A trigger's description begins with {opening!r}; write it so."


@rule("TriggerHintMissing")
def triggers_have_hints(document: Document) -> Problems:
    for trigger in _triggers(document):
        if not as_text(trigger.value.get("x-ms-trigger-hint")).strip():
            message = "x-ms-trigger-hint is missing; tell makers how to see it work."
            yield trigger.where, message


@rule("PollingTriggerNotGet")
def polling_is_a_get(document: Document) -> Problems:
    for trigger in _triggers(document):
        if not trigger.webhook and trigger.verb != "get":
            yield trigger.where, f"A polling trigger is a GET, not {trigger.verb}; change the verb."


@rule("BatchTriggerHasNoArray")
def batches_give_arrays(document: Document) -> Problems:
    for trigger in _triggers(document):
        shallow = [field for field in trigger.outputs if "/" not in field.path]
        array = any(field.schema.get("type") == "array" for field in shallow)
        if trigger.value["x-ms-trigger"] == "batch" and not array:
            message = "A batch trigger gives an array, or an object holding one; declare it."
            yield trigger.where, message


@rule("WebhookTriggerNotSingle")
def webhooks_are_single_triggers(document: Document) -> Problems:
    for webhook in _webhooks(document):
        if webhook.value.get("x-ms-trigger") != "single":
            yield (
                webhook.where,
                "A webhook starts one run at a time; set x-ms-trigger to single.",
            )


@rule("WebhookOperationsMissingNotificationUrlProperty")
def webhooks_get_an_address(document: Document) -> Problems:
    for webhook in _webhooks(document):
        if not any(field.is_notification_url for field in webhook.inputs):
            yield webhook.where, "No body property is marked x-ms-notification-url; mark one."


@rule("OperationMustHaveNotificationContentExtension")
def webhooks_say_what_they_send(document: Document) -> Problems:
    for webhook in _webhooks(document):
        if not webhook.notifies:
            message = "x-ms-notification-content is missing; put it beside the verb."
            yield webhook.where, message


@rule("WebhookLocationMissing")
def webhooks_say_where_to_unsubscribe(document: Document) -> Problems:
    for webhook in _webhooks(document):
        created = [r.value for r in webhook.responses if r.code == "201"]
        names = [name.lower() for value in created for name in as_object(value.get("headers"))]
        if "location" not in names:
            where = point(webhook.where, "responses")
            yield where, "Without Location nothing unsubscribes; give it as a header of a 201."


@rule("WebhookUnsubscribeMissing")
def webhooks_can_be_unsubscribed(document: Document) -> Problems:
    for webhook in _webhooks(document):
        below = webhook.path.rstrip("/") + "/{"
        deletes = [o for o in document.operations if o.verb == "delete" and o.internal]
        if not any(o.path.startswith(below) for o in deletes):
            yield webhook.where, f"There is no internal DELETE at {below}...}}; add it."


@rule("NotificationUrlNotAllowedInThisPosition")
def addresses_stand_in_input_bodies(document: Document) -> Problems:
    for operation in document.operations:
        for field in (*operation.inputs, *operation.outputs):
            if field.is_notification_url and field.place != "body":
                yield (
                    field.where,
                    "A notification URL stands in a request body; remove it here.",
                )


@rule("NotificationUrlNotInternal")
def addresses_are_internal(document: Document) -> Problems:
    for field in _notification_urls(document):
        if not field.internal:
            yield field.where, "The platform fills this in; set x-ms-visibility to internal."


@rule("NotificationUrlNotRequired")
def addresses_are_required_throughout(document: Document) -> Problems:
    for field in _notification_urls(document):
        if not field.required_throughout:
            message = f"{field.path!r} is optional somewhere; require it and all around it."
            yield field.where, message


@rule("NotificationUrlNotString")
def addresses_are_strings(document: Document) -> Problems:
    for field in _notification_urls(document):
        found = field.schema.get("type")
        if found != "string":
            yield field.where, f"The notification URL is {found}; make it a string."


def _notified(document: Document) -> Iterator[tuple[Operation, str, Operation | None]]:
    for operation in document.operations:
        extension = as_object(operation.value.get("x-ms-notification"))
        if "x-ms-notification" in operation.value:
            where = point(operation.where, "x-ms-notification")
            yield operation, where, document.operation(extension.get("operationId"))


@rule("NotificationExtensionNotSupportedInWebhookOperation")
def webhooks_point_to_no_webhook(document: Document) -> Problems:
    for operation, where, _ in _notified(document):
        if operation.webhook:
            yield where, "A webhook is notified itself; remove x-ms-notification."


@rule("NotificationExtensionSupportedForTriggerOnly")
def only_triggers_are_notified(document: Document) -> Problems:
    for operation, where, _ in _notified(document):
        if not operation.trigger:
            yield where, "Only a trigger is notified; remove it or set x-ms-trigger."


@rule("NotificationOperationMustBeWebhook")
def notifications_come_from_webhooks(document: Document) -> Problems:
    for _, where, subscribe in _notified(document):
        if subscribe and not subscribe.webhook:
            message = f"{subscribe.label} is no webhook; name an operation that subscribes."
            yield point(where, "operationId"), message


@rule("ParamtersWithSameNameMustHaveSameTypeAndVisibility")
def fetch_and_subscribe_agree(document: Document) -> Problems:
    for fetch, _, subscribe in _notified(document):
        for field in fetch.parameters:
            twin = subscribe.input(field.path) if subscribe else None
            same = not twin or all(field.value.get(key) == twin.value.get(key) for key in ("type", "x-ms-visibility"))
            if not same and subscribe:
                message = f"{field.path!r} differs in {subscribe.label}; give it one type and view."
                yield field.where, message

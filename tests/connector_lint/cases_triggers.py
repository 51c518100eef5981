"""Cases that break the rules on triggers and webhooks."""

from connector_lint.case import BOOK, CALLBACK, GENRE, HOOK, LIST, POLL, UNHOOK, Case, case
from connector_lint.cases_operations import called
from connector_lint.definitions import Json
from connector_lint.example import REMOVED, part

CONTENT = "/paths/~1subscriptions/x-ms-notification-content"
NOTIFICATION = "x-ms-notification"


def notified(operation: str, by: str = "WhenABookIsReturned") -> Json:
    """Return the edits that give an operation a notification."""
    return {f"{operation}/{NOTIFICATION}": {"operationId": by}}


CASES: tuple[Case, ...] = (
    case("TriggerSummaryNotWhen", f"{POLL}/summary", called(POLL, "A book is added")),
    case("TriggerDescriptionNotWhen", f"{POLL}/description", "Tells of new books."),
    case("TriggerHintMissing", POLL, {f"{POLL}/x-ms-trigger-hint": REMOVED}),
    case(
        "PollingTriggerNotGet",
        "/paths/~1triggers~1books/post",
        {"/paths/~1triggers~1books": {"post": part(POLL)}},
    ),
    case(
        "BatchTriggerHasNoArray",
        POLL,
        {f"{POLL}/responses/200/schema": {"$ref": "#/definitions/Book"}},
        "PollingPolicyOutputNotArray",
    ),
    case("WebhookTriggerNotSingle", HOOK, {f"{HOOK}/x-ms-trigger": REMOVED}),
    case(
        "WebhookOperationsMissingNotificationUrlProperty",
        HOOK,
        {
            f"{CALLBACK}/x-ms-notification-url": False,
            f"{CALLBACK}/x-ms-visibility": "important",
        },
    ),
    case(
        "OperationMustHaveNotificationContentExtension",
        HOOK,
        {CONTENT: REMOVED},
        "SchemaDefinitionSetIncorrectly",
    ),
    case(
        "WebhookLocationMissing",
        f"{HOOK}/responses",
        {f"{HOOK}/responses/201/headers": REMOVED},
    ),
    case("WebhookUnsubscribeMissing", HOOK, {UNHOOK: REMOVED}),
    case(
        "NotificationUrlNotAllowedInThisPosition",
        f"{BOOK}/properties/title",
        {f"{BOOK}/properties/title/x-ms-notification-url": True},
    ),
    case("NotificationUrlNotInternal", CALLBACK, {f"{CALLBACK}/x-ms-visibility": REMOVED}),
    case("NotificationUrlNotRequired", CALLBACK, {f"{HOOK}/parameters/0/required": False}),
    case("NotificationUrlNotString", CALLBACK, {f"{CALLBACK}/type": "boolean"}),
    case(
        "NotificationExtensionNotSupportedInWebhookOperation",
        f"{HOOK}/{NOTIFICATION}",
        notified(HOOK),
    ),
    case("NotificationExtensionSupportedForTriggerOnly", f"{LIST}/{NOTIFICATION}", notified(LIST)),
    case(
        "NotificationOperationMustBeWebhook",
        f"{POLL}/{NOTIFICATION}/operationId",
        notified(POLL, by="ListBooks"),
    ),
    case(
        "ParamtersWithSameNameMustHaveSameTypeAndVisibility",
        f"{POLL}/parameters/1",
        {
            **notified(POLL),
            f"{POLL}/parameters/-": part(GENRE),
            f"{HOOK}/parameters/-": part(GENRE, {"x-ms-visibility": "advanced"}),
        },
    ),
)

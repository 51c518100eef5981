"""Cases that break the rules on triggers that subscribe a callback."""

from connector_lint.case import POLL, Case, case
from connector_lint.example import REMOVED

WEBHOOK = "/paths/~1loans/post"
CONTENT = "/paths/~1loans/x-ms-notification-content"
URL = "/definitions/Callback/properties/url"
_MARKED_QUERY = {
    "name": "url",
    "in": "query",
    "type": "string",
    "x-ms-summary": "Callback URL",
    "description": "Where books are announced.",
    "x-ms-visibility": "internal",
    "x-ms-notification-url": True,
}

CASES: tuple[Case, ...] = (
    case(
        "WebhookOperationsMissingNotificationUrlProperty",
        WEBHOOK,
        {f"{URL}/x-ms-notification-url": False},
        "InternalRequiredHasNoDefault",
    ),
    case("OperationMustHaveNotificationContentExtension", "/paths/~1loans", {CONTENT: REMOVED}),
    case(
        "NotificationUrlNotAllowedInThisPosition",
        f"{POLL}/parameters/1",
        {f"{POLL}/parameters/-": _MARKED_QUERY},
        "ExtensionNameNotValid",
    ),
    case("NotificationUrlNotInternal", URL, {f"{URL}/x-ms-visibility": REMOVED}),
    case(
        "NotificationUrlNotRequired",
        URL,
        {"/definitions/Callback/required": REMOVED},
    ),
    case("NotificationUrlNotString", URL, {f"{URL}/type": "integer"}),
    case("WebhookNotSingle", WEBHOOK, {f"{WEBHOOK}/x-ms-trigger": "batch"}, "BatchTriggerHasNoArray"),
    case(
        "WebhookNotEnded",
        WEBHOOK,
        {"/paths/~1loans~1{loanId}/delete/x-ms-visibility": REMOVED},
        "ReadmeOperationMissing",
    ),
)

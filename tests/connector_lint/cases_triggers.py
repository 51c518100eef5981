"""Cases that break the rules on triggers."""

from connector_lint.case import POLL, Case, case
from connector_lint.cases_operations import called
from connector_lint.example import REMOVED

CASES: tuple[Case, ...] = (
    case(
        "BatchTriggerNotSplit",
        f"{POLL}/responses/200/schema/properties/state",
        {f"{POLL}/responses/200/schema/properties/state/x-ms-visibility": REMOVED},
    ),
    case("TriggerSummaryNotWhen", f"{POLL}/summary", called(POLL, "A book is added")),
    case("TriggerDescriptionNotWhen", f"{POLL}/description", "Tells of new books."),
    case("TriggerHintMissing", POLL, {f"{POLL}/x-ms-trigger-hint": REMOVED}),
    case(
        "BatchTriggerHasNoArray",
        POLL,
        {f"{POLL}/responses/200/schema": {"$ref": "#/definitions/Book"}},
        "PollingPolicyOutputNotArray",
    ),
)

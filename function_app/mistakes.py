"""Every mistake that can be told, with its code, HTTP status, cause and cure.

`MISTAKES` is the list the README's table of error codes is made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that was wrong: where (`target`: JSON pointer or parameter name) and what would be right."""

    code: str
    status: int
    message: str
    target: str | None = None


MISTAKES: dict[str, Mistake] = {}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A kind of fault, registered under its code on creation; calling it makes a fault of this kind."""

    code: str
    status: int
    cause: str
    cure: str = field(repr=False)

    def __post_init__(self) -> None:
        MISTAKES[self.code] = self

    def __call__(self, message: str, target: str | None = None) -> Fault:
        return Fault(self.code, self.status, message, target)


# The request as a whole
MALFORMED_JSON = Mistake("MalformedJson", 400, "The body is not JSON.", "Mend the body at the line and column named.")
NOT_AN_OBJECT = Mistake(
    "NotAnObject",
    400,
    "The body is JSON but not an object.",
    'Send `{"Attribute": value}`, as it is or encoded once more as a string.',
)
INVALID_PARAMETER = Mistake(
    "InvalidParameter",
    400,
    "A query parameter or header has a value of the wrong form.",
    "Send a value of the form named.",
)
UNKNOWN_PARAMETER = Mistake(
    "UnknownParameter",
    400,
    "The operation has no query parameter of this name.",
    "Leave it out, or use the name suggested.",
)
MISSING_PARAMETER = Mistake("MissingParameter", 400, "A required parameter is absent.", "Send it.")
INVALID_QUERY = Mistake(
    "InvalidQuery",
    400,
    "A `$filter`, `$select`, `$orderby` or `$search` can't be understood.",
    "Mend the part named; see *Queries*.",
)
INVALID_SKIPTOKEN = Mistake(
    "InvalidSkiptoken",
    400,
    "The `$skiptoken` is not one of ours, or belongs to another query.",
    "Follow `@odata.nextLink` unchanged, or start again without a token.",
)
INVALID_STATE = Mistake(
    "InvalidState",
    400,
    "The `state` of a trigger is not one of ours, or belongs to another trigger.",
    "Follow `Location` unchanged, or start again without a state.",
)
BODY_TOO_LARGE = Mistake("BodyTooLarge", 413, "The body is larger than 256 KB.", "Send less at once.")
LENGTH_REQUIRED = Mistake(
    "LengthRequired",
    411,
    "The body is sent in chunks, of which Azure Functions delivers nothing.",
    "Send `Content-Length`; in .NET by `StringContent` in place of `JsonContent`.",
)
UNSUPPORTED_MEDIA_TYPE = Mistake(
    "UnsupportedMediaType",
    415,
    "The body's content type or encoding is not one that is read.",
    "Send `Content-Type: application/json` without `Content-Encoding`.",
)

# Access
UNAUTHENTICATED = Mistake(
    "Unauthenticated",
    401,
    "The request names no caller, or by a token or key that is not to be trusted.",
    "Send a bearer token for this API, or an API key of the instance.",
)
INVALID_ASSIGNMENT = Mistake("InvalidAssignment", 400, "The role assignment breaks a rule.", "Mend the member named.")
FORBIDDEN = Mistake("Forbidden", 403, "The caller's role is too low.", "Ask an Administrator for the role named.")

# What is not there
INSTANCE_NOT_FOUND = Mistake(
    "InstanceNotFound", 404, "There is no instance with this id.", "List the instances with `GET instances`."
)
CUSTOMER_NOT_FOUND = Mistake(
    "CustomerNotFound",
    404,
    "The source has no customer with this id.",
    "Check the id; a new customer appears with the next refresh.",
)
ENTITY_NOT_FOUND = Mistake(
    "EntityNotFound",
    404,
    "The instance has no entity of this name.",
    "List the entities with `GET manage/entities`.",
)
FILE_NOT_FOUND = Mistake(
    "FileNotFound",
    404,
    "The pages have no file of this name.",
    "Open a page by its own address; it names its files.",
)
METHOD_NOT_ALLOWED = Mistake(
    "MethodNotAllowed", 405, "The resource does not have this verb.", "Use a verb of the `Allow` header."
)

# Validity
INVALID_INSTANT = Mistake(
    "InvalidInstant",
    400,
    "`validUntil` or `occurredAt` is not an RFC 3339 instant.",
    "Write it like `2026-11-24T09:30:00Z`.",
)
MISSING_OFFSET = Mistake(
    "MissingOffset",
    400,
    "An instant has no offset from UTC.",
    "End it with `Z` or an offset like `+01:00` (in a URL `%2B01:00`).",
)
VALID_UNTIL_PASSED = Mistake(
    "ValidUntilPassed", 400, "`validUntil` is not after now.", "Send an instant in the future."
)
VALID_UNTIL_TOO_FAR = Mistake(
    "ValidUntilTooFar",
    400,
    "`validUntil` or `validFor` reaches beyond the instance's maximum.",
    "Stay within the limit named.",
)
INVALID_DURATION = Mistake(
    "InvalidDuration",
    400,
    "A duration is not of ISO 8601 in weeks, days, hours, minutes and seconds, or is not above zero.",
    "Write it like `PT90M` or `P7D`.",
)
TWO_VALIDITIES = Mistake("TwoValidities", 400, "Both `validUntil` and `validFor` were given.", "Send only one of them.")
OCCURRED_IN_FUTURE = Mistake(
    "OccurredInFuture",
    400,
    "`occurredAt` lies more than 5 minutes after now.",
    "Check the sender's clock, or leave it out.",
)

# Attribute values
EMPTY_BODY = Mistake("EmptyBody", 400, "The body names no attribute.", "Send at least one attribute.")
TOO_MANY_ATTRIBUTES = Mistake(
    "TooManyAttributes", 400, "The body names more than 500 attributes.", "Send fewer at once."
)
UNKNOWN_ATTRIBUTE = Mistake(
    "UnknownAttribute",
    400,
    "The entity has no attribute of this name.",
    "Use a name of `GET manage/entities/{entityName}`.",
)
READ_ONLY_ATTRIBUTE = Mistake(
    "ReadOnlyAttribute", 400, "The attribute is read-only.", "Leave it out; it changes in the source only."
)
KEY_ATTRIBUTE = Mistake("KeyAttribute", 400, "The attribute is a key.", "Leave it out; the path names the record.")
WRONG_TYPE = Mistake(
    "WrongType", 400, "A value is of another type than the attribute.", "Send a value of the type named, or null."
)
WRONG_FORMAT = Mistake(
    "WrongFormat", 400, "A value is of the right type, but not of the attribute's format.", "Send the form named."
)
OUT_OF_RANGE = Mistake("OutOfRange", 400, "A number is beyond the attribute's range.", "Stay within the range named.")
TOO_LONG = Mistake("TooLong", 400, "A text is longer than the attribute's limit.", "Shorten it.")
VALUE_NOT_ALLOWED = Mistake(
    "ValueNotAllowed", 400, "The attribute allows only certain values.", "Send one of the values named."
)
INVALID_ID = Mistake(
    "InvalidId",
    400,
    "An id is one that no address can name.",
    "Use another id: not only dots, and without the text `%2F`.",
)
REPEATED_WITH_OTHER_CONTENT = Mistake(
    "RepeatedWithOtherContent",
    409,
    "The same `Repeatability-Request-ID` came before with other content.",
    "Use a new id for a new update; repeat an update unchanged.",
)

# Activities
NOT_AN_ACTIVITY_ENTITY = Mistake(
    "NotAnActivityEntity",
    400,
    "The entity is not configured as an activity.",
    "Use one of the entities named, or UnifiedActivity.",
)
MISSING_ATTRIBUTE = Mistake(
    "MissingAttribute",
    400,
    "A record has no value for its key, its timestamp, or its customer.",
    "Send a value for the attribute named.",
)
RECORD_TOO_LARGE = Mistake("RecordTooLarge", 413, "A record is larger than 64 KB.", "Send less of it.")
ACTIVITY_NOT_FOUND = Mistake(
    "ActivityNotFound", 404, "There is no live activity with this id.", "Check the id; it may have expired."
)
ACTIVITY_EXISTS = Mistake(
    "ActivityExists",
    409,
    "The same activity came before with other content; activities never change.",
    "Use another key or `ActivityId` for another activity.",
)
KEY_NOT_FOUND = Mistake(
    "KeyNotFound", 404, "No customer has this source key.", "Check entity and key; new keys come with a refresh."
)

# Batches
INVALID_BATCH = Mistake(
    "InvalidBatch", 400, "The body is not an object with 1 to 500 `items`.", 'Send `{"items": [...]}`.'
)

# Instance definitions
INVALID_DEFINITION = Mistake(
    "InvalidDefinition", 400, "The instance definition breaks a rule.", "Mend the member named."
)

# Refreshes
WORKFLOW_NOT_FOUND = Mistake("WorkflowNotFound", 404, "There is no workflow of this name.", "Use `main`, the only one.")
JOB_NOT_FOUND = Mistake(
    "JobNotFound", 404, "There is no job with this id, or it is older than 30 days.", "List the jobs with `GET jobs`."
)
UNFIT_SNAPSHOT = Mistake(
    "UnfitSnapshot",
    422,
    "The columns of a snapshot's part don't fit the entity; it stands in the job's message, never as an answer.",
    "Mend the part or the definition, and start the refresh again.",
)

# The service
TOO_MANY_REQUESTS = Mistake(
    "TooManyRequests",
    429,
    "The caller, the instance or the store is at its limit.",
    "Wait as `Retry-After` says, then send it again.",
)
INTERNAL_ERROR = Mistake("InternalError", 500, "A fault of the service.", "Report the correlation id of the answer.")
NOT_STORABLE = Mistake(
    "NotStorable",
    413,
    "The store refuses a document or query, for its size or for that of a key.",
    "Send less at once, or shorter ids and keys.",
)
STORE_UNAVAILABLE = Mistake(
    "StoreUnavailable", 503, "The store can't be reached.", "Wait as `Retry-After` says, then send it again."
)
SIGN_IN_UNAVAILABLE = Mistake(
    "SignInUnavailable",
    503,
    "The keys that tokens are signed with can't be fetched.",
    "Wait as `Retry-After` says, then send it again.",
)

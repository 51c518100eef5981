"""All error codes, with HTTP status, cause and cure.

`ERROR_CODES` is the list the README's table of error codes is made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """One thing that was wrong: where (`target`: JSON pointer or parameter name) and what would be right."""

    code: str
    status: int
    message: str
    target: str | None = None


ERROR_CODES: dict[str, ErrorCode] = {}


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A kind of fault, registered under its code on creation; calling it makes a fault of this kind."""

    code: str
    status: int
    cause: str
    cure: str = field(repr=False)

    def __post_init__(self) -> None:
        ERROR_CODES[self.code] = self

    def __call__(self, message: str, target: str | None = None) -> ErrorDetail:
        return ErrorDetail(self.code, self.status, message, target)


# The request as a whole
MALFORMED_JSON = ErrorCode("MalformedJson", 400, "The body is not JSON.", "Mend the body at the line and column named.")
NOT_AN_OBJECT = ErrorCode(
    "NotAnObject",
    400,
    "The body is JSON but not an object.",
    'Send `{"Attribute": value}`, as it is or encoded once more as a string.',
)
INVALID_PARAMETER = ErrorCode(
    "InvalidParameter",
    400,
    "A query parameter or header has a value of the wrong form.",
    "Send a value of the form named.",
)
UNKNOWN_PARAMETER = ErrorCode(
    "UnknownParameter",
    400,
    "The operation has no query parameter of this name.",
    "Leave it out, or use the name suggested.",
)
MISSING_PARAMETER = ErrorCode("MissingParameter", 400, "A required parameter is absent.", "Send it.")
INVALID_QUERY = ErrorCode(
    "InvalidQuery",
    400,
    "A `$filter`, `$select`, `$orderby` or `$search` can't be understood.",
    "Mend the part named; see *Queries*.",
)
INVALID_SKIPTOKEN = ErrorCode(
    "InvalidSkiptoken",
    400,
    "The `$skiptoken` is not one of ours, or belongs to another query.",
    "Follow `@odata.nextLink` unchanged, or start again without a token.",
)
INVALID_STATE = ErrorCode(
    "InvalidState",
    400,
    "The `state` of a trigger is not one of ours, or belongs to another trigger.",
    "Follow `Location` unchanged, or start again without a state.",
)
BODY_TOO_LARGE = ErrorCode("BodyTooLarge", 413, "The body is larger than 256 KB.", "Send less at once.")
LENGTH_REQUIRED = ErrorCode(
    "LengthRequired",
    411,
    "The body is sent in chunks, of which Azure Functions delivers nothing.",
    "Send `Content-Length`; in .NET by `StringContent` in place of `JsonContent`.",
)
UNSUPPORTED_MEDIA_TYPE = ErrorCode(
    "UnsupportedMediaType",
    415,
    "The body's content type or encoding is not one that is read.",
    "Send `Content-Type: application/json` without `Content-Encoding`.",
)

# Access
UNAUTHENTICATED = ErrorCode(
    "Unauthenticated",
    401,
    "The request names no caller, or by a token or key that is not to be trusted.",
    "Send a bearer token for this API, or an API key of the instance.",
)
INVALID_ASSIGNMENT = ErrorCode("InvalidAssignment", 400, "The role assignment breaks a rule.", "Mend the member named.")
FORBIDDEN = ErrorCode("Forbidden", 403, "The caller's role is too low.", "Ask an Administrator for the role named.")

# What is not there
INSTANCE_NOT_FOUND = ErrorCode(
    "InstanceNotFound", 404, "There is no instance with this id.", "List the instances with `GET instances`."
)
CUSTOMER_NOT_FOUND = ErrorCode(
    "CustomerNotFound",
    404,
    "The source has no customer with this id.",
    "Check the id; a new customer appears with the next refresh.",
)
ENTITY_NOT_FOUND = ErrorCode(
    "EntityNotFound",
    404,
    "The instance has no entity of this name.",
    "List the entities with `GET manage/entities`.",
)
FILE_NOT_FOUND = ErrorCode(
    "FileNotFound",
    404,
    "The pages have no file of this name.",
    "Open a page by its own address; it names its files.",
)
METHOD_NOT_ALLOWED = ErrorCode(
    "MethodNotAllowed", 405, "The resource does not have this verb.", "Use a verb of the `Allow` header."
)

# Validity
INVALID_INSTANT = ErrorCode(
    "InvalidInstant",
    400,
    "`validUntil` or `occurredAt` is not an RFC 3339 instant.",
    "Write it like `2026-11-24T09:30:00Z`.",
)
MISSING_OFFSET = ErrorCode(
    "MissingOffset",
    400,
    "An instant has no offset from UTC.",
    "End it with `Z` or an offset like `+01:00` (in a URL `%2B01:00`).",
)
VALID_UNTIL_PASSED = ErrorCode(
    "ValidUntilPassed", 400, "`validUntil` is not after now.", "Send an instant in the future."
)
VALID_UNTIL_TOO_FAR = ErrorCode(
    "ValidUntilTooFar",
    400,
    "`validUntil` or `validFor` reaches beyond the instance's maximum.",
    "Stay within the limit named.",
)
INVALID_DURATION = ErrorCode(
    "InvalidDuration",
    400,
    "A duration is not of ISO 8601 in weeks, days, hours, minutes and seconds, or is not above zero.",
    "Write it like `PT90M` or `P7D`.",
)
TWO_VALIDITIES = ErrorCode(
    "TwoValidities", 400, "Both `validUntil` and `validFor` were given.", "Send only one of them."
)
OCCURRED_IN_FUTURE = ErrorCode(
    "OccurredInFuture",
    400,
    "`occurredAt` lies more than 5 minutes after now.",
    "Check the sender's clock, or leave it out.",
)

# Attribute values
EMPTY_BODY = ErrorCode("EmptyBody", 400, "The body names no attribute.", "Send at least one attribute.")
TOO_MANY_ATTRIBUTES = ErrorCode(
    "TooManyAttributes", 400, "The body names more than 500 attributes.", "Send fewer at once."
)
UNKNOWN_ATTRIBUTE = ErrorCode(
    "UnknownAttribute",
    400,
    "The entity has no attribute of this name.",
    "Use a name of `GET manage/entities/{entityName}`.",
)
READ_ONLY_ATTRIBUTE = ErrorCode(
    "ReadOnlyAttribute", 400, "The attribute is read-only.", "Leave it out; it changes in the source only."
)
KEY_ATTRIBUTE = ErrorCode("KeyAttribute", 400, "The attribute is a key.", "Leave it out; the path names the record.")
WRONG_TYPE = ErrorCode(
    "WrongType", 400, "A value is of another type than the attribute.", "Send a value of the type named, or null."
)
WRONG_FORMAT = ErrorCode(
    "WrongFormat", 400, "A value is of the right type, but not of the attribute's format.", "Send the form named."
)
OUT_OF_RANGE = ErrorCode("OutOfRange", 400, "A number is beyond the attribute's range.", "Stay within the range named.")
TOO_LONG = ErrorCode("TooLong", 400, "A text is longer than the attribute's limit.", "Shorten it.")
VALUE_NOT_ALLOWED = ErrorCode(
    "ValueNotAllowed", 400, "The attribute allows only certain values.", "Send one of the values named."
)
INVALID_ID = ErrorCode(
    "InvalidId",
    400,
    "An id is one that no address can name.",
    "Use another id: not only dots, and without the text `%2F`.",
)
REPEATED_WITH_OTHER_CONTENT = ErrorCode(
    "RepeatedWithOtherContent",
    409,
    "The same `Repeatability-Request-ID` came before with other content.",
    "Use a new id for a new update; repeat an update unchanged.",
)

# Activities
NOT_AN_ACTIVITY_ENTITY = ErrorCode(
    "NotAnActivityEntity",
    400,
    "The entity is not configured as an activity.",
    "Use one of the entities named, or UnifiedActivity.",
)
MISSING_ATTRIBUTE = ErrorCode(
    "MissingAttribute",
    400,
    "A record has no value for its key, its timestamp, or its customer.",
    "Send a value for the attribute named.",
)
RECORD_TOO_LARGE = ErrorCode("RecordTooLarge", 413, "A record is larger than 64 KB.", "Send less of it.")
ACTIVITY_NOT_FOUND = ErrorCode(
    "ActivityNotFound", 404, "There is no live activity with this id.", "Check the id; it may have expired."
)
ACTIVITY_EXISTS = ErrorCode(
    "ActivityExists",
    409,
    "The same activity came before with other content; activities never change.",
    "Use another key or `ActivityId` for another activity.",
)
KEY_NOT_FOUND = ErrorCode(
    "KeyNotFound", 404, "No customer has this source key.", "Check entity and key; new keys come with a refresh."
)

# Batches
INVALID_BATCH = ErrorCode(
    "InvalidBatch", 400, "The body is not an object with 1 to 500 `items`.", 'Send `{"items": [...]}`.'
)

# Instance definitions
INVALID_DEFINITION = ErrorCode(
    "InvalidDefinition", 400, "The instance definition breaks a rule.", "Mend the member named."
)

# Refreshes
WORKFLOW_NOT_FOUND = ErrorCode(
    "WorkflowNotFound", 404, "There is no workflow of this name.", "Use `main`, the only one."
)
JOB_NOT_FOUND = ErrorCode(
    "JobNotFound", 404, "There is no job with this id, or it is older than 30 days.", "List the jobs with `GET jobs`."
)
UNFIT_SNAPSHOT = ErrorCode(
    "UnfitSnapshot",
    422,
    "The columns of a snapshot's part don't fit the entity; it stands in the job's message, never as an answer.",
    "Mend the part or the definition, and start the refresh again.",
)

# The service
TOO_MANY_REQUESTS = ErrorCode(
    "TooManyRequests",
    429,
    "The caller, the instance or the store is at its limit.",
    "Wait as `Retry-After` says, then send it again.",
)
INTERNAL_ERROR = ErrorCode("InternalError", 500, "A fault of the service.", "Report the correlation id of the answer.")
NOT_STORABLE = ErrorCode(
    "NotStorable",
    413,
    "The store refuses a document or query, for its size or for that of a key.",
    "Send less at once, or shorter ids and keys.",
)
STORE_UNAVAILABLE = ErrorCode(
    "StoreUnavailable", 503, "The store can't be reached.", "Wait as `Retry-After` says, then send it again."
)
SIGN_IN_UNAVAILABLE = ErrorCode(
    "SignInUnavailable",
    503,
    "The keys that tokens are signed with can't be fetched.",
    "Wait as `Retry-After` says, then send it again.",
)

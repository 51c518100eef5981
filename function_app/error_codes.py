"""All error codes, with HTTP status, cause and cure.

The table of error codes in `function_app/README.md` is generated from `ERROR_CODES`.
"""

from __future__ import annotations

from function_app.error_detail import ErrorCode

# The request as a whole
MALFORMED_JSON = ErrorCode(
    "MalformedJson", 400, "The body is not JSON.", "Correct the body at the line and column in `message`."
)
NOT_AN_OBJECT = ErrorCode(
    "NotAnObject",
    400,
    "The body is JSON but not an object.",
    'Send `{"Attribute": value}`, or the same encoded once more as a JSON string.',
)
INVALID_PARAMETER = ErrorCode(
    "InvalidParameter",
    400,
    "A path parameter, query parameter or header has a value in the wrong format.",
    "Send a value in the format that `message` describes.",
)
UNKNOWN_PARAMETER = ErrorCode(
    "UnknownParameter",
    400,
    "The operation has no query parameter of this name.",
    "Remove it, or use the name that `message` suggests.",
)
MISSING_PARAMETER = ErrorCode(
    "MissingParameter", 400, "A required parameter is absent.", "Send the parameter in `target`."
)
INVALID_QUERY = ErrorCode(
    "InvalidQuery",
    400,
    "A `$filter`, `$select`, `$orderby` or `$search` is not valid.",
    "Correct the part that `message` names; see *Queries*.",
)
INVALID_SKIPTOKEN = ErrorCode(
    "InvalidSkiptoken",
    400,
    "The `$skiptoken` is not a token of this service, or belongs to another query.",
    "Follow `@odata.nextLink` unchanged, or start again without a token.",
)
INVALID_STATE = ErrorCode(
    "InvalidState",
    400,
    "The `state` of a trigger is not a state of this service, or belongs to another trigger.",
    "Follow `Location` unchanged, or start again without a state.",
)
BODY_TOO_LARGE = ErrorCode(
    "BodyTooLarge",
    413,
    "The body is larger than 256 KB, or has more than 20,000 members and objects.",
    "Send a smaller body.",
)
LENGTH_REQUIRED = ErrorCode(
    "LengthRequired",
    411,
    "The body is sent in chunks, which Azure Functions does not deliver.",
    "Send `Content-Length`; in .NET use `StringContent` instead of `JsonContent`.",
)
NOT_ACCEPTABLE = ErrorCode(
    "NotAcceptable",
    406,
    "The response is in none of the media types that the caller accepts.",
    "Send `Accept: application/json`, or no `Accept`; `$metadata` is `application/xml`, `$count` is `text/plain`.",
)
UNSUPPORTED_MEDIA_TYPE = ErrorCode(
    "UnsupportedMediaType",
    415,
    "The content type or encoding of the body is not supported.",
    "Send `Content-Type: application/json` without `Content-Encoding`.",
)

# Access
UNAUTHENTICATED = ErrorCode(
    "Unauthenticated",
    401,
    "The request has no bearer token and no API key, or one that is not valid.",
    "Send a bearer token for this API, or an API key of the instance.",
)
INVALID_ASSIGNMENT = ErrorCode(
    "InvalidAssignment", 400, "The role assignment is not valid.", "Correct the field in `target`."
)
FORBIDDEN = ErrorCode(
    "Forbidden", 403, "The caller's role is too low.", "Ask an Administrator for the role that `message` names."
)
FOREIGN_PAGE = ErrorCode(
    "ForeignPage",
    403,
    "A page of another site sent the request to a service without sign-in (`AUTH_MODE=local`).",
    "Use the pages of the service itself, or a program.",
)

# Not found
ADDRESS_NOT_FOUND = ErrorCode(
    "AddressNotFound", 404, "No operation has this address.", "Compare the path with the table of operations."
)
INSTANCE_NOT_FOUND = ErrorCode(
    "InstanceNotFound", 404, "There is no instance with this id.", "List the instances with `GET instances`."
)
CUSTOMER_NOT_FOUND = ErrorCode(
    "CustomerNotFound",
    404,
    "The source has no customer with this id.",
    "Check the id. A new customer appears with the next refresh.",
)
CUSTOMER_ERASED = ErrorCode(
    "CustomerErased",
    410,
    "The person with this CustomerId or source key was erased, and the source has not left it out since then.",
    "Send nothing more of this person. Remove it from the source, and start a refresh.",
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
    "Open the address of a page; the page loads its files.",
)
METHOD_NOT_ALLOWED = ErrorCode(
    "MethodNotAllowed", 405, "The resource does not support this verb.", "Use a verb in the `Allow` header."
)

# Validity
INVALID_INSTANT = ErrorCode(
    "InvalidInstant",
    400,
    "`validUntil` or `occurredAt` is not an RFC 3339 instant.",
    "Send an instant like `2026-11-24T09:30:00Z`.",
)
MISSING_OFFSET = ErrorCode(
    "MissingOffset",
    400,
    "An instant has no offset from UTC.",
    "Add `Z` or an offset like `+01:00` (in a URL `%2B01:00`).",
)
VALID_UNTIL_PASSED = ErrorCode(
    "ValidUntilPassed", 400, "`validUntil` is not in the future.", "Send an instant in the future."
)
VALID_UNTIL_TOO_FAR = ErrorCode(
    "ValidUntilTooFar",
    400,
    "`validUntil` or `validFor` exceeds the maximum of the instance.",
    "Send a value within the limit in `message`.",
)
INVALID_DURATION = ErrorCode(
    "InvalidDuration",
    400,
    "A lifetime is neither in words nor an ISO 8601 duration, is not above zero, or does not fit an activity.",
    "Send a lifetime like `4 hours`, `end of day` or `PT90M`.",
)
TWO_VALIDITIES = ErrorCode(
    "TwoValidities", 400, "The request has both `validUntil` and `validFor`.", "Send only one of them."
)
OCCURRED_IN_FUTURE = ErrorCode(
    "OccurredInFuture",
    400,
    "`occurredAt` is more than 5 minutes in the future.",
    "Check the clock of the caller, or omit `occurredAt`.",
)

# Attribute values
EMPTY_BODY = ErrorCode("EmptyBody", 400, "The body has no attribute.", "Send at least one attribute.")
TOO_MANY_ATTRIBUTES = ErrorCode(
    "TooManyAttributes", 400, "The body has more than 500 attributes.", "Send several updates with fewer attributes."
)
UNKNOWN_ATTRIBUTE = ErrorCode(
    "UnknownAttribute",
    400,
    "The entity has no attribute of this name.",
    "Use a name that `GET manage/entities/{entityName}` returns.",
)
CLEARED_WITH_VALUE = ErrorCode(
    "ClearedWithValue",
    400,
    "An attribute is in the list of attributes to clear and has a value in the body too.",
    "Remove it from the one or the other.",
)
READ_ONLY_ATTRIBUTE = ErrorCode(
    "ReadOnlyAttribute", 400, "The attribute is read-only.", "Remove it; only the source can change it."
)
KEY_ATTRIBUTE = ErrorCode("KeyAttribute", 400, "The attribute is a key.", "Remove it; the path identifies the record.")
WRONG_TYPE = ErrorCode(
    "WrongType",
    400,
    "The type of a value is not that of the attribute.",
    "Send a value of the type in `message`, or null.",
)
WRONG_FORMAT = ErrorCode(
    "WrongFormat",
    400,
    "A value has the right type, but not the format of the attribute.",
    "Send the format in `message`.",
)
OUT_OF_RANGE = ErrorCode(
    "OutOfRange", 400, "A number is outside the range of the attribute.", "Send a number in the range in `message`."
)
TOO_LONG = ErrorCode("TooLong", 400, "A text is longer than the limit of the attribute.", "Send a shorter text.")
VALUE_NOT_ALLOWED = ErrorCode(
    "ValueNotAllowed", 400, "The attribute accepts only certain values.", "Send one of the values in `message`."
)

# Updates
INVALID_ID = ErrorCode(
    "InvalidId",
    400,
    "An address can not contain this id.",
    "Use another id: not only dots, and without the text `%2F`.",
)
REPEATED_WITH_OTHER_CONTENT = ErrorCode(
    "RepeatedWithOtherContent",
    409,
    "The same `Repeatability-Request-ID` was sent before with other content.",
    "Use a new id for a new update. Repeat an update without changes.",
)

UPDATE_NOT_FOUND = ErrorCode(
    "UpdateNotFound",
    404,
    "The customer has no such update, or it expired more than a day ago.",
    "List the customer's updates with `GET .../updates`.",
)

# Activities
NOT_AN_ACTIVITY_ENTITY = ErrorCode(
    "NotAnActivityEntity",
    400,
    "The entity is not configured as an activity.",
    "Use one of the entities in `message`, or UnifiedActivity.",
)
MISSING_ATTRIBUTE = ErrorCode(
    "MissingAttribute",
    400,
    "A record has no value for its key, its timestamp or its customer.",
    "Send a value for the attribute in `target`.",
)
RECORD_TOO_LARGE = ErrorCode("RecordTooLarge", 413, "A record is larger than 64 KB.", "Send a smaller record.")
ACTIVITY_NOT_FOUND = ErrorCode(
    "ActivityNotFound", 404, "There is no live activity with this id.", "Check the id. The activity may have expired."
)
ACTIVITY_EXISTS = ErrorCode(
    "ActivityExists",
    409,
    "The same activity was sent before with other content; activities can not be changed.",
    "Use another key or `ActivityId` for another activity.",
)
KEY_NOT_FOUND = ErrorCode(
    "KeyNotFound", 404, "No customer has this source key.", "Check entity and key. A refresh loads new keys."
)

# Batches
INVALID_BATCH = ErrorCode(
    "InvalidBatch", 400, "The body is not an object with 1 to 500 `items`.", 'Send `{"items": [...]}`.'
)

# Instances
INVALID_DEFINITION = ErrorCode(
    "InvalidDefinition", 400, "The instance definition is not valid.", "Correct the field in `target`."
)

INSTANCE_BEING_DELETED = ErrorCode(
    "InstanceBeingDeleted",
    409,
    "An instance with this id is being deleted.",
    "Wait until `changes` of the instance lists `instanceDeleted`, or use another id.",
)
NAME_NOT_CONFIRMED = ErrorCode(
    "NameNotConfirmed", 400, "`name` is not the name of the instance to delete.", "Repeat the name of the instance."
)

# Refreshes
WORKFLOW_NOT_FOUND = ErrorCode("WorkflowNotFound", 404, "There is no workflow of this name.", "Use `main`.")
JOB_NOT_FOUND = ErrorCode(
    "JobNotFound", 404, "There is no job with this id, or it is older than 30 days.", "List the jobs with `GET jobs`."
)
UNFIT_SNAPSHOT = ErrorCode(
    "UnfitSnapshot",
    422,
    "The columns of a snapshot file do not fit the entity. The code occurs in messages of jobs, never in a response.",
    "Correct the file or the definition, and start the refresh again.",
)


# Webhooks
INVALID_SUBSCRIPTION = ErrorCode(
    "InvalidSubscription",
    400,
    "The request for a webhook is not valid, or its callback has no public https address.",
    "Correct the field in `target`.",
)
ROLE_NOT_ASSIGNED = ErrorCode(
    "RoleNotAssigned",
    403,
    "The caller that subscribes a webhook has a role by its token only, which can not be asked again later.",
    "Have an Administrator assign a role on the instance, or subscribe with an API key.",
)
TOO_MANY_SUBSCRIPTIONS = ErrorCode(
    "TooManySubscriptions",
    409,
    "The instance has as many subscriptions as it may have.",
    "End a subscription that `GET subscriptions` returns.",
)
NOT_DELIVERED = ErrorCode(
    "NotDelivered",
    504,
    "A receiver of a webhook did not accept an event. The code occurs in usage, never in a response.",
    "See `lastFailure` in `GET subscriptions`; it is tried again for a day, or until 5,000 later events were accepted.",
)

# The service
TOO_MANY_REQUESTS = ErrorCode(
    "TooManyRequests",
    429,
    "A rate limit of the caller, the instance or the store is exceeded.",
    "Wait the seconds in `Retry-After`, then send the request again.",
)
INTERNAL_ERROR = ErrorCode(
    "InternalError", 500, "An error of the service.", "Report the `x-ms-request-id` of the response."
)
NOT_STORABLE = ErrorCode(
    "NotStorable",
    413,
    "The store rejects a document or query because of its size, or the size of a key.",
    "Send a smaller request, or shorter ids and keys.",
)
STORE_UNAVAILABLE = ErrorCode(
    "StoreUnavailable",
    503,
    "The store can not be reached, or so many updates have just expired that a list would not be exact.",
    "Wait the seconds in `Retry-After`, then send the request again.",
)
BUSY = ErrorCode(
    "Busy",
    503,
    "The service has more to do than it could finish in time; nothing of the request, or of the item, was begun.",
    "Wait the seconds in `Retry-After`, then send the request again; of a batch only the items that have this code.",
)
SIGN_IN_UNAVAILABLE = ErrorCode(
    "SignInUnavailable",
    503,
    "The signing keys of tokens can not be fetched.",
    "Wait the seconds in `Retry-After`, then send the request again.",
)

ERROR_CODES = {each.code: each for each in tuple(globals().values()) if isinstance(each, ErrorCode)}

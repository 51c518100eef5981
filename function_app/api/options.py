"""OData query options as parameters, and the pages of rows that they request."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Annotated, Any, NotRequired
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import Field
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api.call import Call
from function_app.api.odata import parse_search, parse_select
from function_app.api.parameter import Choices, Parameter, Visibility, query
from function_app.api.parameter_types import integer, text
from function_app.api.parameters import flag, without_effect
from function_app.domain.entity import CUSTOMER, Entity
from function_app.domain.query import AllOf, Condition
from function_app.errors import ServiceError

MAX_ADDRESS = 8_000  # the Functions host rejects a request line over 8,192 bytes: verb, address and version


def _option(
    name: str, summary: str, description: str, longest: int = 4_000, *, visibility: Visibility = "none"
) -> Parameter[str | None]:
    return query(name, summary, description, text(longest), visibility=visibility)


def attributes_of(entity_name: str) -> Choices:
    """Return the list of the attributes of an entity."""
    return Choices(
        "GetEntity",
        items="attributes",
        value="name",
        title="friendlyName",
        given=("instanceId",),
        fixed={"entityName": entity_name},
    )


FILTER = _option("$filter", "Filter", "Which rows to return, like City eq 'Oslo' and LoyaltyPoints gt 100.")
SELECT = query(
    "$select",
    "Select Fields",
    "The fields to return, separated by commas, like CustomerId,City.",
    text(4_000),
    visibility="advanced",
    choices=attributes_of(CUSTOMER),
)
ORDERBY = query(
    "$orderby",
    "Order By",
    "The field to sort by, like City, or City desc for the reverse order.",
    text(4_000),
    choices=attributes_of(CUSTOMER),
)
SEARCH = _option("$search", "Search", "Words that must all occur in the text fields, like oslo coffee.")
SKIPTOKEN = _option(
    "$skiptoken",
    "Page Token",
    "The start of the page. The address of the next page contains it.",
    16_000,
    visibility="advanced",
)
TOP = query("$top", "Top Count", "The number of rows on a page, from 1 to 1000.", integer(1, 1000), default=100)
SKIP = query(
    "$skip",
    "Skip Count",
    "The number of rows to skip at the start.",
    integer(0, 10_000),
    default=0,
    visibility="advanced",
)
COUNT = flag("$count", "Count", "Whether to return the number of all rows that match, on every page.")
FORCE_SEARCH = without_effect("forceSearch", "Force Search")
PROXY = without_effect("proxy", "Proxy")


Page = TypedDict(
    "Page",
    {
        "@odata.context": Annotated[str, Field(title="Context", description="The kind of rows.")],
        "@odata.count": NotRequired[
            Annotated[int, Field(title="Count", description="The number of all rows that match.")]
        ],
        "@odata.nextLink": NotRequired[
            Annotated[str, Field(title="Next Page", description="The address of the next page, if there is one.")]
        ],
    },
)
"""One page of rows; each kind of page adds the `value` with its rows."""


def condition(call: Call, entity: Entity) -> Condition | None:
    """Return the condition of `$filter` and `$search` together, None without both."""
    asked = ((_parse_filter, call[FILTER]), (parse_search, call[SEARCH]))
    parts = tuple(parse(text, entity) for parse, text in asked if text is not None)
    return AllOf(parts) if len(parts) > 1 else parts[0] if parts else None


def _parse_filter(text: str, entity: Entity) -> Condition:
    from function_app.api.odata_filter import parse_filter  # noqa: PLC0415  # 90 ms that a cold start saves

    return parse_filter(text, entity)


def selected(call: Call, entity: Entity) -> tuple[str, ...] | None:
    """Return the attributes in `$select`, None for all."""
    select = call[SELECT]
    return parse_select(select, entity) if select is not None else None


def page_head(call: Call, entity_name: str, following: list[Any] | None, count: int | None = None) -> Page:
    """Return a page in OData's shape without its rows; `following` is the content of the next page's token."""
    root = call.url.split("?", 1)[0].rsplit("/", 1)[0]
    head: Page = {"@odata.context": f"{root}/$metadata#{entity_name}"}
    if count is not None:
        head["@odata.count"] = count
    if following is not None:
        head["@odata.nextLink"] = next_link(call, following)
    return head


def next_link(call: Call, following: list[Any]) -> str:
    """Return the address of the next page. Its token is valid for this query only."""
    token = json.dumps([*following, _digest(call)], separators=(",", ":")).encode()
    asked = [(k, v) for k, v in parse_qsl(urlsplit(call.url).query) if k not in {SKIPTOKEN.name, SKIP.name}]
    asked.append((SKIPTOKEN.name, base64.urlsafe_b64encode(token).decode().rstrip("=")))
    link = urlsplit(call.url)._replace(query=urlencode(asked, safe="$"), fragment="").geturl()
    if len(link) > MAX_ADDRESS:
        message = f"The address of the next page would be longer than {MAX_ADDRESS} characters; send a shorter query."
        raise ServiceError(error_codes.INVALID_QUERY(message))
    return link


def read_token(call: Call) -> list[Any] | None:
    """Return the content of the page token, None without one. Raises ServiceError for a token of another query."""
    text = call[SKIPTOKEN]
    if text is None:
        return None
    try:
        *held, digest = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, RecursionError):
        held, digest = [], None
    if digest != _digest(call):
        raise foreign_token()
    return list(held)


def read_sort(call: Call) -> str | None:
    """Return the `sort` of the last activity on the previous page, None for the first page."""
    match read_token(call):
        case None:
            return None
        case [str(sort)]:
            return sort
    raise foreign_token()


def foreign_token() -> ServiceError:
    """Return the error for a token that is not a token of this query."""
    message = "The $skiptoken is not a token of this query; follow @odata.nextLink unchanged."
    return ServiceError(error_codes.INVALID_SKIPTOKEN(message, SKIPTOKEN.name))


def _digest(call: Call) -> str:
    paged = {SKIPTOKEN.name, SKIP.name, TOP.name, SELECT.name, COUNT.name}
    asked = sorted((name, str(value)) for name, value in call.values.items() if name not in paged)
    return hashlib.sha256(json.dumps([call.operation_id, asked]).encode()).hexdigest()[:12]

"""Pages of rows: how many rows a page has, its head in OData's shape, and the address of the next one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, NotRequired
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import Field
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api.call import Call
from function_app.api.opaque import decode, encode
from function_app.api.options import COUNT, FORMAT, MAX_PAGE, MAX_PAGE_SIZE, SELECT, SKIP, SKIPTOKEN, TOP
from function_app.api.parameters import IF_NONE_MATCH, INSTANCE_ID
from function_app.api.request import OF_THE_PLATFORM
from function_app.errors import ServiceError

DEFAULT_PAGE = 100
MAX_ADDRESS = 8_000  # the Functions host rejects a request line over 8,192 bytes: verb, address and version
_OF_A_PAGE = frozenset(
    each.name for each in (SKIPTOKEN, SKIP, TOP, SELECT, COUNT, FORMAT, MAX_PAGE_SIZE, IF_NONE_MATCH)
)
_INSTANCE = re.compile(r"^.*?/instances/[^/?]+", re.IGNORECASE)

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


class Window(NamedTuple):
    """The rows that a call asks for: `rows` on this page, and after it up to `left` more, None without a limit."""

    rows: int
    left: int | None

    @property
    def read(self) -> int:
        """The number of rows to read: at least one."""
        return max(1, self.rows)

    def cut(self, rows: int) -> Window:
        """Return the window of a page that ended after so many rows, because they are long; the others are left."""
        return Window(rows, None if self.left is None else self.left + self.rows - rows)


def window(call: Call) -> Window:
    """Return the window of a call: `$top` limits all its pages, `odata.maxpagesize` each of them."""
    top = call[TOP]
    rows = rows_of(top, _preferred(call))
    return Window(rows, None if top is None else top - rows)


def rows_of(top: int | None, preferred: int | None) -> int:
    """Return how many rows a page has at most, by `$top` and the preferred size."""
    size = min(preferred or (DEFAULT_PAGE if top is None else MAX_PAGE), MAX_PAGE)
    return size if top is None else min(size, top)


def rows_asked(params: Mapping[str, str], prefer: str) -> int:
    """Return how many rows the page of a request has at most; 0 if that can not be read, and will be refused."""
    try:
        top = TOP.type.parse(params[TOP.name]) if TOP.name in params else None
        preferred = MAX_PAGE_SIZE.type.parse(prefer)
    except ValueError:
        return 0
    return rows_of(top, preferred or _content(params.get(SKIPTOKEN.name)).size)


def _preferred(call: Call) -> int | None:
    """Return the page size that the caller prefers now, or preferred for the first page."""
    return call[MAX_PAGE_SIZE] or _content(call[SKIPTOKEN]).size


def preference_applied(call: Call) -> Mapping[str, str]:
    """Return the header that says which page size was preferred and applied."""
    preferred = call[MAX_PAGE_SIZE]
    return {} if preferred is None else {"Preference-Applied": f"odata.maxpagesize={min(preferred, MAX_PAGE)}"}


def service_root(call: Call) -> str:
    """Return the address of the instance's OData service."""
    found = _INSTANCE.match(call.url)
    return f"{found.group() if found else ''}/data"


def context(call: Call, of: str, names: Sequence[str] = ()) -> str:
    """Return the `@odata.context` of rows of an entity set, or of some properties of them."""
    chosen = f"({','.join(names)})" if names else ""
    return f"{service_root(call)}/$metadata#{of}{chosen}"


def page_head(
    call: Call,
    described: str,
    following: list[Any] | None,
    count: int | None = None,
    part: Window | None = None,
) -> Page:
    """Return a page in OData's shape without its rows.

    `described` is its context, `following` the content of the next page's token.
    """
    head: Page = {"@odata.context": described}
    if count is not None:
        head["@odata.count"] = count
    left = part.left if part else None
    if following is not None and left != 0:
        head["@odata.nextLink"] = next_link(call, following, left)
    return head


def next_link(call: Call, following: list[Any], left: int | None = None) -> str:
    """Return the address of the next page. Its token is valid for this query only; `left` is its `$top`."""
    replaced = {SKIPTOKEN.name, SKIP.name, *OF_THE_PLATFORM} | ({TOP.name} if left is not None else set())
    asked = [(k, v) for k, v in parse_qsl(urlsplit(call.url).query) if k.lower() not in replaced]
    asked += [(TOP.name, str(left))] if left is not None else []
    asked.append((SKIPTOKEN.name, _token(following, _digest(call.operation_id, call.values), _preferred(call))))
    return _checked(urlsplit(call.url)._replace(query=urlencode(asked, safe="$"), fragment="").geturl())


def link_of(call: Call, path: str, operation_id: str, query: Mapping[str, str], following: list[Any]) -> str:
    """Return the address of a further page of another operation, below the root of the OData service."""
    values = {INSTANCE_ID.name: call[INSTANCE_ID], **query}
    asked = {**query, SKIPTOKEN.name: _token(following, _digest(operation_id, values))}
    return _checked(f"{service_root(call)}/{path}?{urlencode(asked, safe='$')}")


def _token(following: list[Any], digest: str, size: int | None = None) -> str:
    return encode([following, digest, size])


def _checked(link: str) -> str:
    if len(link) > MAX_ADDRESS:
        message = f"The address of the next page would be longer than {MAX_ADDRESS} characters; send a shorter query."
        raise ServiceError(error_codes.INVALID_QUERY(message))
    return link


class _Content(NamedTuple):
    """The content of a page token: where the page begins, the digest of its query, and the preferred page size."""

    following: list[Any] = []  # noqa: RUF012  # never changed
    digest: str = ""
    size: int | None = None


def _content(text: str | None) -> _Content:
    match decode(text) if text is not None else None:
        case [list(following), str(digest), int() | None as size] if size is None or size > 0:
            return _Content(following, digest, size)
    return _Content()


def read_token(call: Call) -> list[Any] | None:
    """Return the content of the page token, None without one. Raises ServiceError for a token of another query."""
    if call[SKIPTOKEN] is None:
        return None
    content = _content(call[SKIPTOKEN])
    if content.digest != _digest(call.operation_id, call.values):
        raise foreign_token()
    return list(content.following)


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


def _digest(operation_id: str, values: Mapping[str, Any]) -> str:
    asked = sorted((name, str(value)) for name, value in values.items() if name not in _OF_A_PAGE)
    return hashlib.sha256(json.dumps([operation_id, asked]).encode()).hexdigest()[:12]

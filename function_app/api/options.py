"""OData query options as parameters. paging has the pages of rows that they request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from function_app.api.call import Call
from function_app.api.odata import parse_search, parse_select
from function_app.api.operation import Check
from function_app.api.parameter import Choices, Parameter, ParameterType, Visibility, query
from function_app.api.parameter_types import integer, text
from function_app.api.parameters import flag, without_effect
from function_app.domain.entity import CUSTOMER, Entity
from function_app.domain.query import AllOf, Condition

MAX_PAGE, MAX_TOP = 1_000, 999_999_999
_PREFERRED = re.compile(r"(?:odata\.)?maxpagesize=\"?([1-9][0-9]{0,8})\"?", re.IGNORECASE)


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


WRITABLE_FIELDS = Choices(
    "GetEntitySchema",
    items="fields",
    value="name",
    title="title",
    given=("instanceId",),
    fixed={"entityName": CUSTOMER, "use": "input"},
)
"""The list of the fields of a customer that updates have."""
FILTER = _option(
    "$filter",
    "Filter",
    "Which rows to return, like City eq 'Oslo' and LoyaltyPoints gt 100.",
    visibility="important",
)
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
SEARCH = _option(
    "$search", "Search", "Words that must all occur in the text fields, like oslo coffee.", visibility="important"
)
SKIPTOKEN = _option(
    "$skiptoken",
    "Page Token",
    "The start of the page. The address of the next page contains it.",
    16_000,
    visibility="advanced",
)
TOP = query("$top", "Top Count", "The largest number of rows to return. Without it, all rows are.", integer(0, MAX_TOP))
SKIP = query(
    "$skip",
    "Skip Count",
    "The number of rows to skip at the start.",
    integer(0, 10_000),
    default=0,
    visibility="advanced",
)
COUNT = flag("$count", "Count", "Whether to return the number of all rows that match, on every page.")


def _max_page_size(text: str) -> int | None:
    """Parse `Prefer`: the largest number of rows on a page, None without such a preference (RFC 7240)."""
    found = _PREFERRED.search(text.replace(" ", ""))
    return int(found[1]) if found else None


MAX_PAGE_SIZE = Parameter[int | None](
    "Prefer",
    "header",
    "Prefer",
    "How many rows a page has at most: odata.maxpagesize=500, up to 1000. The default is 100, with Top Count 1000.",
    ParameterType(_max_page_size),
    visibility="internal",
)


FORMAT = query(
    "$format",
    "Format",
    "The format of the response, instead of Accept: json, or the media type of the response.",
    text(200),
    visibility="internal",
)
FORCE_SEARCH = without_effect("forceSearch", "Force Search")
PROXY = without_effect("proxy", "Proxy")
PAGED = (TOP, SKIP, SKIPTOKEN, FORMAT, MAX_PAGE_SIZE)
WITHOUT_EFFECT = (FORCE_SEARCH, PROXY)


def condition(call: Call, entity: Entity) -> Condition | None:
    """Return the condition of `$filter` and `$search` together, None without both."""
    asked = ((_parse_filter, call[FILTER]), (parse_search, call[SEARCH]))
    parts = tuple(parse(text, entity) for parse, text in asked if text is not None)
    return AllOf(parts) if len(parts) > 1 else parts[0] if parts else None


def checks(entity_of: Callable[[Call], Entity]) -> tuple[Check, ...]:
    """Return the checks of `$filter`, `$search` and `$select`, given what returns the entity of a call."""
    of_each: tuple[tuple[Parameter[str | None], Callable[[str, Entity], object]], ...] = (
        (FILTER, _parse_filter),
        (SEARCH, parse_search),
        (SELECT, parse_select),
    )
    return tuple(_check(option, parse, entity_of) for option, parse in of_each)


def _check(
    option: Parameter[str | None], parse: Callable[[str, Entity], object], entity_of: Callable[[Call], Entity]
) -> Check:
    def check(call: Call) -> None:
        text = call[option]
        if text is not None:
            parse(text, entity_of(call))

    return check


def _parse_filter(text: str, entity: Entity) -> Condition:
    from function_app.api.odata_filter import parse_filter  # noqa: PLC0415  # 90 ms that a cold start saves

    return parse_filter(text, entity)


def selected(call: Call, entity: Entity) -> tuple[str, ...] | None:
    """Return the attributes in `$select`, None for all."""
    select = call[SELECT]
    return parse_select(select, entity) if select is not None else None


def chosen(row: Mapping[str, Any], names: Sequence[str] | None) -> dict[str, Any]:
    """Return a copy of a row with the selected attributes, all if `names` is None."""
    return dict(row) if names is None else {name: row.get(name) for name in names}

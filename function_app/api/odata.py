"""Parse OData query options into conditions and sort orders of the domain. odata_filter has `$filter`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from function_app import error_codes
from function_app.domain.entity import Attribute, Entity
from function_app.domain.names import nearest_hints
from function_app.domain.query import AllOf, AnyOf, Condition, Sorting, Text
from function_app.error_detail import ErrorDetail
from function_app.errors import ServiceError

MAX_LENGTH, MAX_SEARCH_TERMS, MAX_ORDERS = 4_000, 900, 8
_SHOWN = 100
_SEARCH_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')


def parse_search(text: str, entity: Entity) -> Condition:
    """Parse `$search` into a condition: each word or quoted phrase occurs in a text attribute, in any case."""
    if len(text) > MAX_LENGTH:
        raise invalid("$search", f"may have at most {MAX_LENGTH} characters; received {len(text)}")
    found = _SEARCH_WORD.findall(text)
    words = [(phrase.strip() or word) for phrase, word in found if word != "AND"]
    if not words or not all(words) or text.count('"') % 2:
        raise invalid("$search", "expects a word, or a phrase in double quotes")
    refused = {"OR", "NOT"} & {word for _, word in found}
    if refused:
        raise invalid("$search", f"does not support {refused.pop()}; all words must be found")
    texts = [attribute.name for attribute in entity.attributes if attribute.data_type == "Edm.String"]
    if len(words) * len(texts) > MAX_SEARCH_TERMS:
        most = MAX_SEARCH_TERMS // len(texts)
        raise invalid("$search", f"may have at most {most} words in {entity.qualified_name}; received {len(words)}")
    tests = [tuple(Text(name, "contains", word.lower(), fold=True) for name in texts) for word in words]
    return AllOf(tuple(AnyOf(of_word) for of_word in tests))


def parse_orderby(text: str, entity: Entity) -> tuple[Sorting, ...]:
    """Parse `$orderby` into one order or several, each of another attribute."""
    parts = [part.strip().partition(" ") for part in text.split(",")]
    ways = [way.strip() for _, _, way in parts]
    wrong = [way for way in dict.fromkeys(ways) if way not in {"", "asc", "desc"}]
    faults = [
        _fault("$orderby", f"expects 'asc' or 'desc' after the attribute; received '{way[:40]}'") for way in wrong
    ]
    try:
        names = _names_of("$orderby", [name for name, _, _ in parts], entity)
    except ServiceError as error:
        raise ServiceError(*error.faults, *faults) from None
    if faults:
        raise ServiceError(*faults)
    if len(names) > MAX_ORDERS:
        raise invalid("$orderby", f"accepts at most {MAX_ORDERS} attributes; received {len(names)}")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise invalid("$orderby", f"names '{twice}' twice")
    return tuple(Sorting(name, way == "desc") for name, way in zip(names, ways, strict=True))


def parse_select(text: str, entity: Entity) -> tuple[str, ...] | None:
    """Parse `$select` into attribute names; None if it selects all by `*`."""
    names = [name.strip() for name in text.split(",")]
    known = _names_of("$select", [name for name in names if name != "*"], entity)
    return None if "*" in names else tuple(dict.fromkeys(known))


def _names_of(option: str, names: Sequence[str], entity: Entity) -> list[str]:
    """Return names as the entity writes them. Raises ServiceError with all that it does not have."""
    attributes = [entity.by_folded_name.get(name.lower()) for name in names]
    if None in attributes:
        raise _unknown(option, [name for name, known in zip(names, attributes, strict=True) if known is None], entity)
    return [attribute.name for attribute in attributes if attribute]


def attribute_of(option: str, name: str, entity: Entity) -> Attribute:
    """Return the attribute in an option, its name in any case.

    Raises ServiceError with the nearest names if the entity does not have it.
    """
    attribute = entity.by_folded_name.get(name.lower())
    if attribute is None:
        raise _unknown(option, [name], entity)
    return attribute


def _unknown(option: str, names: Sequence[str], entity: Entity) -> ServiceError:
    title, listed = entity.qualified_name, list(dict.fromkeys(names))[:_SHOWN]
    return ServiceError(
        *(
            _fault(option, f"names '{name[:100]}', which {title} does not have{hint}")
            for name, hint in nearest_hints(listed, entity.by_name)
        )
    )


def invalid(option: str, message: str) -> ServiceError:
    """Return the error for an option that is not valid; `message` continues a sentence that begins with its name."""
    return ServiceError(_fault(option, message))


def _fault(option: str, message: str) -> ErrorDetail:
    return error_codes.INVALID_QUERY(f"{option} {message}.", option)

"""Parse OData query options into conditions and sort orders of the domain. odata_filter has `$filter`."""

from __future__ import annotations

import re

from function_app import error_codes
from function_app.domain.entity import Attribute, Entity
from function_app.domain.names import nearest_hint
from function_app.domain.query import AllOf, AnyOf, Condition, Sorting, Text
from function_app.errors import ServiceError

MAX_LENGTH, MAX_SEARCH_TERMS, MAX_ORDERS = 4_000, 900, 8
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
    orders = tuple(_parse_order(part, entity) for part in text.split(","))
    if len(orders) > MAX_ORDERS:
        raise invalid("$orderby", f"accepts at most {MAX_ORDERS} attributes; received {len(orders)}")
    names = [order.attribute for order in orders]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise invalid("$orderby", f"names '{twice}' twice")
    return orders


def _parse_order(text: str, entity: Entity) -> Sorting:
    name, _, way = text.strip().partition(" ")
    if way.strip() not in {"", "asc", "desc"}:
        raise invalid("$orderby", f"expects 'asc' or 'desc' after the attribute; received '{way.strip()[:40]}'")
    return Sorting(attribute_of("$orderby", name, entity).name, way.strip() == "desc")


def parse_select(text: str, entity: Entity) -> tuple[str, ...] | None:
    """Parse `$select` into attribute names; None if it selects all by `*`."""
    names = [name.strip() for name in text.split(",")]
    known = tuple(attribute_of("$select", name, entity).name for name in names if name != "*")
    return None if "*" in names else tuple(dict.fromkeys(known))


def attribute_of(option: str, name: str, entity: Entity) -> Attribute:
    """Return the attribute in an option, its name in any case.

    Raises ServiceError with the nearest names if the entity does not have it.
    """
    attribute = entity.by_folded_name.get(name.lower())
    if attribute is None:
        hint = nearest_hint(name, entity.by_name)
        raise invalid(option, f"names '{name[:100]}', which {entity.qualified_name} does not have{hint}")
    return attribute


def invalid(option: str, message: str) -> ServiceError:
    """Return the error for an option that is not valid; `message` continues a sentence that begins with its name."""
    return ServiceError(error_codes.INVALID_QUERY(f"{option} {message}.", option))

"""OData's grammar, by odata-query; three of its gaps are closed on the way from its lexer to its parser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any

from odata_query.ast import Identifier
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

_LEXER, _PARSER = ODataLexer(), ODataParser()
_NAME = re.compile(r"[_a-z]\w*", re.IGNORECASE)
_WORDS, _VALUES = frozenset(("ALL", "ANY", "BOOLEAN", "NULL")), frozenset(("true", "false", "null"))
_LITERALS = frozenset(("STRING", "INTEGER", "DECIMAL", "BOOLEAN", "NULL", "GUID", "DATE", "DATETIME", "TIME"))


def parse(text: str) -> Any:
    """Return odata-query's tree of a `$filter`; ValueError says what is not understood."""
    try:
        tree = _PARSER.parse(_lists(_names(_LEXER.tokenize(text), text)))
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except ODataException as error:
        raise ValueError(str(error)) from None
    if tree is None:
        raise ValueError("it is empty")
    return tree


def _names(tokens: Iterable[Any], text: str) -> Iterator[Any]:
    """Make one of what the lexer cuts in two: names that begin like a word of the language, as `NullReason` does."""
    named = 0
    for token in tokens:
        if token.index < named:
            continue
        name = _NAME.match(text, token.index) if token.type in _WORDS else None
        if name and name.group().lower() not in _VALUES:
            named = name.end()
            token.type, token.value = "ODATA_IDENTIFIER", Identifier(name.group())
        yield token


def _lists(tokens: Iterable[Any]) -> Iterator[Any]:
    """Write `in ('Oslo')` as `in ('Oslo',)`: the parser knows lists of one only with a comma."""
    seen = ["", "", ""]
    for token in tokens:
        if token.type == ")" and seen[-3:-1] == ["IN", "("] and seen[-1] in _LITERALS:
            comma = copy(token)
            comma.type = comma.value = ","
            yield comma
        yield token
        if token.type != "WS":
            seen.append(token.type)

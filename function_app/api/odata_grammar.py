"""The grammar of `$filter`, by odata-query, with corrections of tokens between its lexer and its parser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any

from odata_query.ast import DateTime, Identifier
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

_LEXER, _PARSER = ODataLexer(), ODataParser()
_NAME = re.compile(r"[_a-z]\w*", re.IGNORECASE)
_OFFSET = re.compile(r"[+-]\d{4}(?!\d)", re.ASCII)
_SHOWN = 20
_WORDS, _VALUES = frozenset(("ALL", "ANY", "BOOLEAN", "NULL")), frozenset(("true", "false", "null"))
_LITERALS = frozenset(("STRING", "INTEGER", "DECIMAL", "BOOLEAN", "NULL", "GUID", "DATE", "DATETIME", "TIME"))


def parse(text: str) -> Any:
    """Return odata-query's tree of a `$filter`. Raises ValueError with the reason if it is not valid."""
    try:
        tree = _PARSER.parse(_lists(_whole(_LEXER.tokenize(text), text)))
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except ODataException as error:
        raise ValueError(_problem(error, text)) from None
    if tree is None:
        raise ValueError("it is empty")
    return tree


def _problem(error: ODataException, text: str) -> str:
    """Return where a text can not be understood, and how values are written."""
    token = getattr(error, "token", None)
    if token is None or getattr(error, "eof", False) or not text[token.index :].strip():
        return "it ends too early"
    near = text[token.index :][:_SHOWN].strip()
    message = f"it can not be understood at character {token.index + 1}, near {near}"
    return f"{message}; texts are in apostrophes, and an apostrophe in a text is written twice"


def _whole(tokens: Iterable[Any], text: str) -> Iterator[Any]:
    """Join what the lexer cuts in two: names that begin with a keyword, like `NullReason`, and offsets like `+0000`."""
    end = 0
    for token in tokens:
        if token.index < end:
            continue
        name = _NAME.match(text, token.index) if token.type in _WORDS else None
        if name and name.group().lower() not in _VALUES:
            end = name.end()
            token.type, token.value = "ODATA_IDENTIFIER", Identifier(name.group())
        if token.type == "DATETIME" and (offset := _OFFSET.match(text, token.index + len(token.value.val))):
            end = offset.end()
            token.value = DateTime(token.value.val + offset.group())
        yield token


def _lists(tokens: Iterable[Any]) -> Iterator[Any]:
    """Rewrite `in ('Oslo')` to `in ('Oslo',)`: the parser accepts lists of one value only with a comma."""
    seen = ["", "", ""]
    for token in tokens:
        if token.type == ")" and seen[-3:-1] == ["IN", "("] and seen[-1] in _LITERALS:
            comma = copy(token)
            comma.type = comma.value = ","
            yield comma
        yield token
        if token.type != "WS":
            seen.append(token.type)

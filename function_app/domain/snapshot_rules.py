"""The rules for a definition's description of snapshots: delimiter, encoding, columns, formats."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from function_app.domain.entity import Entity
from function_app.domain.formats import UnknownFormatError, reader

_Found = Iterator[tuple[str, ...]]
_NO_ENCODINGS = frozenset(("idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"))


def snapshot_faults(entity: Entity, at: str) -> _Found:
    """Yield the violations of these rules, each with its JSON pointer, and with the places that the rule relies on."""
    delimiter, encoding = entity.delimiter, entity.encoding
    if delimiter is not None and not is_delimiter(delimiter):
        yield f"{at}/delimiter", "The delimiter must be one ASCII character, and no quote or line break."
    if encoding is not None and not is_encoding(encoding):
        yield f"{at}/encoding", f"There is no encoding '{encoding}'; use a name like UTF-8, UTF-16 or windows-1252."
    holders = dict[str, tuple[int, str]]()
    for index, attribute in enumerate(entity.attributes):
        if attribute.column in holders:
            row, holder = holders[attribute.column]
            problem = f"The column '{attribute.column}' already holds '{holder}'."
            yield f"{at}/attributes/{index}/column", problem, f"{at}/attributes/{row}/column"
        holders.setdefault(attribute.column, (index, attribute.name))
        if attribute.format is not None:
            try:
                reader(attribute.data_type, attribute.format)
            except UnknownFormatError as error:
                yield f"{at}/attributes/{index}/format", f"{error}.", f"{at}/attributes/{index}/dataType"


def is_delimiter(text: str) -> bool:
    """Return whether a text can be a delimiter."""
    return len(text) == 1 and text.isascii() and text not in '"\r\n\0'


def is_encoding(name: str) -> bool:
    """Return whether a name is that of a character encoding."""
    try:
        b" ".decode(name, "replace")
    except (LookupError, ValueError):  # an unknown name, or a codec that is not for text
        return False
    return codecs.lookup(name).name.replace("-", "_") not in _NO_ENCODINGS

"""Snapshots written in another way, well or badly: encodings, delimiters, line breaks, packed files, parts, folders."""

from __future__ import annotations

import bz2
import codecs
import gzip
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from random import Random

import pyarrow as pa

from .damage import KINDS, Damage, of_text
from .sources import Source, cell_of, in_quotes

Rewrite = Callable[[Random, Source], Damage]
_BREAKS = ("\n", "\r\n", "\r")
_MARKED = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
_PACKINGS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}


def written(source: Source, random: Random, delimiter: str = ",", breaks: Sequence[str] = ("\n",)) -> str:
    """Write the records of a source again: the same values with other delimiters, line breaks and quotes."""
    lines = list[str]()
    for _, _, values in source.records:
        texts = [value.decode() for value in values]
        cells = [in_quotes(text) if random.random() < 0.2 else cell_of(text, delimiter) for text in texts]
        lines.append(delimiter.join(cells) + random.choice(breaks))
    return "".join(lines)


def _other_delimiter(random: Random, source: Source) -> Damage:
    text = written(source, random, random.choice((";", "\t", "|"))).encode()
    return Damage("other delimiter of the file", {random.choice(("c.csv", "c.tsv")): text}, expect="same")


def _other_line_breaks(random: Random, source: Source) -> Damage:
    breaks = random.choice((*((each,) for each in _BREAKS), _BREAKS, ("\n", "\n\n", "\r\n\r\n")))
    return Damage(
        "other line breaks of the file", {"c.csv": written(source, random, ",", breaks).encode()}, expect="same"
    )


def _zeros_as_line_breaks(random: Random, source: Source) -> Damage:
    return Damage("U+0000 as line breaks", {"c.csv": written(source, random, ",", ("\0",)).encode()}, expect="reported")


def _marked(random: Random, source: Source) -> Damage:
    encoding, mark = random.choice(list(_MARKED.items()))
    text = written(source, random, random.choice(",;\t"), random.choice((_BREAKS[:1], _BREAKS[1:2])))
    return Damage("encoding with its mark", {"c.csv": mark + text.encode(encoding)}, expect="same")


def _unmarked(random: Random, source: Source) -> Damage:
    encoding = random.choice(("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"))
    return Damage("UTF-16 or 32 without its mark", {"c.csv": source.text.decode().encode(encoding)}, expect="reported")


def _one_byte_encoding(random: Random, source: Source) -> Damage:
    text = source.text.decode().encode(random.choice(("cp1252", "latin-1", "cp850", "shift_jis")), "replace")
    return Damage("one-byte encoding of the file", {"c.csv": text}, [text])


def _marked_and_cut(random: Random, source: Source) -> Damage:
    encoding, mark = random.choice(list(_MARKED.items()))
    content = mark + source.text.decode().encode(encoding)
    content = content[: random.randrange(len(mark), len(content))]
    return Damage("encoding with its mark, cut", {"c.csv": content}, [_decoded(content[len(mark) :], encoding)])


def _decoded(content: bytes, encoding: str) -> bytes:
    """Return a text that is cut off, with an invalid byte where a character is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    text = decoder.decode(content).encode()
    return text + (b"\xff" if decoder.getstate()[0] else b"")


def _packed(random: Random, source: Source) -> Damage:
    ending, packing = random.choice(list(_PACKINGS.items()))
    return Damage(
        "packed", {f"c.csv{random.choice((ending, ending.upper()))}": pack(source.text, packing)}, expect="same"
    )


def _packed_and_damaged(random: Random, source: Source) -> Damage:
    ending, packing = random.choice(list(_PACKINGS.items()))
    content = pack(source.text, packing)
    place = random.randrange(len(content))
    how = random.choice(("cut", "flipped", "lost", "added"))
    if how == "cut":
        damaged = content[:place]
    elif how == "flipped":
        damaged = content[:place] + bytes([content[place] ^ (1 << random.randrange(8))]) + content[place + 1 :]
    elif how == "lost":
        damaged = content[:place] + content[place + random.choice((1, 8)) :]
    else:
        damaged = content + random.choice((b"\0", b"more", content))
    text, files = unpacked(damaged, packing), {f"c.csv{ending}": damaged}
    if text is None:
        return Damage("packed and damaged", files, expect="reported")
    lines = [match.end() for match in re.finditer(rb"[\r\n]", text)]  # which of them begin rows is not known
    return Damage("packed and damaged", files, [text], starts=[lines])


def pack(text: bytes, packing: str) -> bytes:
    """Pack a text."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, packing) as stream:
        stream.write(text)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def unpacked(content: bytes, packing: str) -> bytes | None:
    """Unpack a text; None if it is damaged."""
    try:
        if packing == "gzip":
            return gzip.decompress(content)
        if packing == "bz2":
            return bz2.decompress(content)
        with pa.CompressedInputStream(pa.BufferReader(content), packing) as stream:
            found: bytes = stream.read()
            return found
    except (OSError, EOFError, ValueError, zlib.error):
        return None


def _concatenated(random: Random, source: Source) -> Damage:
    """Put two files into one: the second with its header, or a cut-off first one."""
    middle = random.choice((len(source.text), random.randrange(len(source.text))))
    text = source.text[:middle] + source.text
    return Damage("two files in one", {"c.csv": text}, [text])


def _in_parts(source: Source, name: str) -> dict[str, bytes]:
    """Divide a text into three files, each with the header."""
    (start, end, _), *rows = source.records
    header, count = source.text[start:end], len(rows) // 3
    pieces = [rows[:count], rows[count : 2 * count], rows[2 * count :]]
    return {
        name.format(n=number): header + b"".join(source.text[at:last] for at, last, _ in piece)
        for number, piece in enumerate(pieces)
    }


def _parts(random: Random, source: Source) -> Damage:
    return Damage("in parts", _in_parts(source, random.choice(_NAMES)), expect="same")


def _parts_with_a_gap(random: Random, source: Source) -> Damage:
    name = random.choice(_NAMES)
    files = _in_parts(source, name)
    lost = random.choice(list(files))
    is_gap = "-of-" in name or ("part-" in name and lost == name.format(n=1))
    left = {file: content for file, content in files.items() if file != lost}
    return Damage("part lost", left, list(left.values()), is_gap=is_gap)


def _parts_with_a_damaged_one(random: Random, source: Source) -> Damage:
    files = _in_parts(source, random.choice(_NAMES))
    damaged = random.choice(list(files))
    part = Source(source.name, files[damaged], source.columns)
    found = of_text(random.choice(list(KINDS)), random, part)
    others = frozenset(source.customers) - frozenset(part.customers)
    texts = [found.texts[0] if file == damaged else text for file, text in files.items()]
    starts = [found.starts[0] if file == damaged else () for file in files]
    files[damaged] = found.files["c.csv"]
    return Damage("part damaged", files, texts, starts=starts, intact=found.intact | others, edits=found.edits)


def _parts_with_an_empty_one(random: Random, source: Source) -> Damage:
    files = _in_parts(source, random.choice(_NAMES))
    emptied = random.choice(list(files))
    _, end, _ = source.records[0]
    files[emptied] = random.choice((b"", b"\n", source.text[:end], source.text[: end - 1]))
    return Damage("part empty", files, list(files.values()))


_NAMES = ("part-{n}.csv", "part-{n}-of-3.csv", "customers_{n}.csv")
_OLD, _NEW = (
    ("2026-9-30", "ds=2026-09-30", "v9", "year=2026/month=9"),
    ("2026-10-1", "ds=2026-10-01", "v10", "year=2026/month=10"),
)


def _in_a_version(random: Random, source: Source) -> Damage:
    """Put the text into the newer of two version folders, the older with less."""
    place = random.randrange(len(_OLD))
    _, end, _ = source.records[1]
    older = {f"{_OLD[place]}/c.csv": source.text[:end]}
    return Damage("in a folder of a version", {**older, f"{_NEW[place]}/c.csv": source.text}, expect="same")


def _version_damaged(random: Random, source: Source) -> Damage:
    place = random.randrange(len(_OLD))
    found = of_text(random.choice(list(KINDS)), random, source)
    files = {f"{_OLD[place]}/c.csv": source.text, f"{_NEW[place]}/c.csv": found.files["c.csv"]}
    return Damage("version damaged", files, found.texts, starts=found.starts, intact=found.intact)


def _no_version(random: Random, source: Source) -> Damage:
    one, other = random.choice((("north", "south"), ("2026-10-01", "latest"), ("1-10-2026", "2-9-2026"), ("v1", "x2")))
    _, end, _ = source.records[3]
    return Damage(
        "folders without an order",
        {f"{one}/c.csv": source.text, f"{other}/c.csv": source.text[:end]},
        expect="reported",
    )


def _beside_a_version(_random: Random, source: Source) -> Damage:
    _, end, _ = source.records[3]
    files = {"c.csv": source.text[:end], "2026-10-01/c.csv": source.text}
    return Damage("file beside a version", files, expect="reported")


def _partitioned(random: Random, source: Source) -> Damage:
    """Divide the rows by a column that becomes the name of folders; some kinds of damage to one of these."""
    header = [name.decode() for name in source.records[0][2]]
    place = header.index(source.columns[-1 if source.name != "generated" else 6].column)
    folders = dict[str, list[str]]()
    for _, _, values in source.records[1:]:
        texts = [value.decode() for value in values]
        value = texts.pop(place)
        name = "".join(f"%{byte:02X}" for byte in value.encode()) or "__HIVE_DEFAULT_PARTITION__"
        folders.setdefault(f"{header[place]}={name}", []).append(",".join(cell_of(text) for text in texts) + "\n")
    names = ",".join(name for name in header if name != header[place]) + "\n"
    files = {f"{folder}/part-0.csv": (names + "".join(lines)).encode() for folder, lines in folders.items()}
    how = random.choice(("whole", "empty", "cut"))
    if how == "whole":
        return Damage("partitions", files, expect="same")
    damaged = random.choice(list(files))
    files[damaged] = b"" if how == "empty" else files[damaged][:-1]
    return Damage("partition damaged", files, expect="reported")


def _other_ending(random: Random, source: Source) -> Damage:
    wrong = ("c.txt", "c.csv.bak", "c.parquet", "c.csv.gz", "c.csv.zst", "c", "c.csv~", "c.json", "c.csv.zip", "_c.csv")
    name = random.choice(("c.CSV", "c.tsv", "c.Csv", *wrong))
    return Damage("other ending of the name", {name: source.text}, expect="reported" if name in wrong else "same")


def _other_file_besides(random: Random, source: Source) -> Damage:
    name = random.choice(("c.txt", "~$c.xlsx", "notes.md", "_SUCCESS", ".crc", "c.csv.tmp"))
    files = {"c.csv": source.text, name: b"x"}
    return Damage("other file besides", files, expect="same" if name[0] in "_.~" else "reported")


def _no_csv(random: Random, _: Source) -> Damage:
    start = random.choice(
        (b"PK\3\4", b"PAR1", b"%PDF-1.4", b"<html>\n", b'{"a": 1}\n', b"\x1f\x8b\x08\0", b"\0" * 40, b"")
    )
    content = start + random.randbytes(300)
    return Damage("no CSV at all", {"c.csv": content}, expect="reported")


def _nothing(_random: Random, _source: Source) -> Damage:
    return Damage("no file", {}, expect="reported")


REWRITES: Mapping[str, Rewrite] = {
    "other delimiter of the file": _other_delimiter,
    "other line breaks of the file": _other_line_breaks,
    "U+0000 as line breaks": _zeros_as_line_breaks,
    "encoding with its mark": _marked,
    "UTF-16 or 32 without its mark": _unmarked,
    "one-byte encoding of the file": _one_byte_encoding,
    "encoding with its mark, cut": _marked_and_cut,
    "packed": _packed,
    "packed and damaged": _packed_and_damaged,
    "two files in one": _concatenated,
    "in parts": _parts,
    "part lost": _parts_with_a_gap,
    "part damaged": _parts_with_a_damaged_one,
    "part empty": _parts_with_an_empty_one,
    "in a folder of a version": _in_a_version,
    "version damaged": _version_damaged,
    "folders without an order": _no_version,
    "file beside a version": _beside_a_version,
    "partitions": _partitioned,
    "other ending of the name": _other_ending,
    "other file besides": _other_file_besides,
    "no CSV at all": _no_csv,
    "no file": _nothing,
}

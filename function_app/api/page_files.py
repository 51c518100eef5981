"""The files of the pages, read once: HTML with the addresses of a version, and everything compressed.

A version is a digest of all files, so that browsers may keep each file of a version for ever. HTML asks for all the
modules that its script imports at once. Comments of scripts, the spaces before lines and those in style sheets, and
empty lines are left out.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from function_app.error_codes import ERROR_CODES

_FOLDER = Path(__file__).parent.parent / "pages"
_MEDIA = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".txt": "text/plain",
    ".json": "application/json",
}
_CURES = "cures.json"
_SCRIPT = re.compile(r'<script type="module" src="([./]*pages/)(\w+\.js)"></script>')
_IMPORT = re.compile(r'^(?:import|export) [^"]*?"\./(\w+\.js)";$', re.MULTILINE)
_MODULES = re.compile(rb'<script type="module" src="([^"]*/)\w+\.js"')
_COMMENT = re.compile(r"^ */\*\*.*?\*/\n|^ *// [^\n]*\n| +// [^\n]*$", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(rb"^\s+", re.MULTILINE)
_AROUND = re.compile(rb"\s*([{};])\s*|(?<=[:,])\s+")
_PLACE = re.compile(r'"([./]*pages/)(?=\w+\.(?:js|css)")')


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file: its media type, its content as it is and compressed with gzip, and in HTML the place of its modules."""

    media: str
    content: bytes
    packed: bytes
    modules: str = ""


@cache
def page_files() -> tuple[str, Mapping[str, PageFile]]:
    """Return the version of the files, and each file by its name, so that a name in a request is never a path."""
    raw = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.suffix in _MEDIA}
    raw[_CURES] = json.dumps({code.code: code.cure for code in ERROR_CODES.values()}).encode()
    version = hashlib.sha256(b"".join(name.encode() + content for name, content in raw.items())).hexdigest()[:12]
    return version, {name: _file(name, _INDENT.sub(b"", _served(name, raw, version))) for name in raw}


def _file(name: str, content: bytes) -> PageFile:
    script = _MODULES.search(content) if name.endswith(".html") else None
    media, packed = f"{_MEDIA[Path(name).suffix]}; charset=utf-8", gzip.compress(content, 9, mtime=0)
    return PageFile(media, content, packed, script[1].decode() if script else "")


def _served(name: str, raw: Mapping[str, bytes], version: str) -> bytes:
    """Return what is sent of a file; in HTML with the modules to load, and the version in the addresses of files."""
    if name.endswith(".js") and ".min." not in name:
        return _COMMENT.sub("", raw[name].decode()).encode()
    if name.endswith(".css"):
        return _AROUND.sub(rb"\1", raw[name])
    if not name.endswith(".html"):
        return raw[name]
    page = raw[name].decode()
    if script := _SCRIPT.search(page):
        modules = sorted(_imported(script[2], raw) - {script[2]})
        links = [f'<link rel="modulepreload" href="{script[1]}{module}">' for module in modules]
        page = page.replace(script[0], "\n    ".join([*links, script[0]]))
    return _PLACE.sub(rf'"\g<1>{version}/', page).encode()


def _imported(module: str, raw: Mapping[str, bytes]) -> set[str]:
    """Return a module and all that it imports at once."""
    found, waiting = set[str](), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _IMPORT.findall(raw[name].decode())
    return found

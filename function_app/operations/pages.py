"""Pages: the customer card and the usage page, with their scripts and style sheets.

They contain no data: their scripts call the other operations with the token of the user.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import NOT_MODIFIED, Operation, Response, operation
from function_app.api.page_settings import AUTHORITY, PageSettings
from function_app.api.parameter import path
from function_app.api.parameter_types import text
from function_app.errors import ServiceError

_FOLDER = Path(__file__).parent.parent / "pages"
_MEDIA = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".txt": "text/plain"}
_PAGE = {200: Response("The page."), 304: NOT_MODIFIED}


class PageSignIn(TypedDict):
    clientId: Annotated[str, Field(title="Client ID", description="The app registration that users sign in to.")]
    authority: Annotated[str, Field(title="Authority", description="The address of the tenant.")]
    scope: Annotated[str, Field(title="Scope", description="The scope that the pages request.")]


class PageConfiguration(TypedDict):
    """How the pages sign users in."""

    signIn: NotRequired[
        Annotated[PageSignIn | None, Field(title="Sign In", description="Null if no sign-in is needed.")]
    ]


@operation(
    "GET",
    "instances/{instanceId}/card/{customerId}",
    id="ShowCard",
    summary="Show the customer card",
    description="Shows the profile and the timeline of a customer on a page that updates itself.",
    role=None,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID, params.IF_NONE_MATCH),
    responses=_PAGE,
)
async def show_card(call: Call) -> Answer:
    return _file("card.html", call.pages)


@operation(
    "GET",
    "instances/{instanceId}/usage/page",
    id="ShowUsagePage",
    summary="Show the usage page",
    description="Shows the usage of an instance on a page with charts and tables.",
    role=None,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.IF_NONE_MATCH),
    responses=_PAGE,
)
async def show_usage_page(call: Call) -> Answer:
    return _file("usage.html", call.pages)


@operation(
    "GET",
    "pages/settings",
    id="GetPageSettings",
    summary="Get the settings of the pages",
    description="Returns how the pages sign users in; null if no sign-in is needed.",
    role=None,
    visibility="internal",
    responses={200: Response("The settings.", PageConfiguration)},
)
async def get_page_settings(call: Call) -> Answer:
    sign_in = call.pages.sign_in
    if sign_in is None:
        return Answer(200, {"signIn": None})
    known: PageSignIn = {"clientId": sign_in.client_id, "authority": sign_in.authority, "scope": sign_in.scope}
    return Answer(200, {"signIn": known})


FILE = path("file", "File", "The file's name.", text(100))


@operation(
    "GET",
    "pages/{file}",
    id="GetPageFile",
    summary="Get a file of the pages",
    description="Returns a script or a style sheet of the pages.",
    role=None,
    visibility="internal",
    parameters=(FILE, params.IF_NONE_MATCH),
    responses={200: Response("The file."), 304: NOT_MODIFIED},
)
async def get_page_file(call: Call) -> Answer:
    return _file(call[FILE], call.pages)


def _file(name: str, settings: PageSettings) -> Answer:
    content = _files().get(name)
    if content is None:
        raise ServiceError(error_codes.FILE_NOT_FOUND(f"The pages have no file '{name}'.", FILE.name))
    headers = {
        "Content-Type": f"{_MEDIA[Path(name).suffix]}; charset=utf-8",
        "Cache-Control": "no-cache",
        "Content-Security-Policy": _policy(settings),
        "Referrer-Policy": "no-referrer",
    }
    return Answer(200, content, headers)


@cache
def _files() -> dict[str, bytes]:
    """Read all files once, so that a name in a request is never used as a path."""
    return {path.name: path.read_bytes() for path in _FOLDER.iterdir() if path.suffix in _MEDIA}


def _policy(settings: PageSettings) -> str:
    entra = f" {AUTHORITY}" if settings.sign_in else ""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "data:",
        "connect-src": f"'self'{entra}",
        "frame-src": f"'self'{entra}" if entra else "'none'",
        "frame-ancestors": " ".join(("'self'", *settings.embedders)),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


OPERATIONS: tuple[Operation, ...] = (show_card, show_usage_page, get_page_settings, get_page_file)

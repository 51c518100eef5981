"""Pages: start page, instance page, customer card and usage page, with their scripts and style sheets.

They contain no data: their scripts call the other operations with the token of the user.
"""

from __future__ import annotations

from typing import Annotated, NotRequired
from urllib.parse import urlsplit

from pydantic import Field
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import NOT_MODIFIED, Operation, Response, operation
from function_app.api.page_files import page_files
from function_app.api.page_settings import AUTHORITY, PageSettings
from function_app.api.parameter import Parameter, path
from function_app.api.parameter_types import ANY_TEXT, text
from function_app.errors import ServiceError

_PAGE = {200: Response("The page."), 304: NOT_MODIFIED}
_REVALIDATED, _KEPT = "no-cache", "public, max-age=31536000, immutable"
ACCEPT_ENCODING = Parameter[str](
    "Accept-Encoding",
    "header",
    "Accept Encoding",
    "The encodings that the caller understands; with gzip the file is compressed.",
    ANY_TEXT,
    default="",
    visibility="internal",
)


ACCEPT_LANGUAGE = Parameter[str](
    "Accept-Language",
    "header",
    "Accept Language",
    "The languages of the viewer; the texts in the first one are loaded at once.",
    ANY_TEXT,
    default="",
    visibility="internal",
)


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
    "",
    id="ShowStartPage",
    summary="Show the start page",
    description="Shows the instances of the viewer and their customers on a page.",
    role=None,
    visibility="internal",
    parameters=(ACCEPT_ENCODING, ACCEPT_LANGUAGE, params.IF_NONE_MATCH),
    responses={**_PAGE, 308: Response("The address with a slash at its end, to which the page's links are relative.")},
)
async def show_start_page(call: Call) -> Answer:
    path = urlsplit(call.url).path
    if not path.endswith("/"):
        return Answer(308, headers={"Location": f"{path.rpartition('/')[2]}/"})
    return _file(call, "start.html", _REVALIDATED)


@operation(
    "GET",
    "instances/{instanceId}/page",
    id="ShowInstancePage",
    summary="Show the instance page",
    description="Shows refreshes, definition, roles, keys, webhooks and changes of an instance on a page.",
    role=None,
    visibility="internal",
    parameters=(params.INSTANCE_ID, ACCEPT_ENCODING, ACCEPT_LANGUAGE, params.IF_NONE_MATCH),
    responses=_PAGE,
)
async def show_instance_page(call: Call) -> Answer:
    return _file(call, "instance.html", _REVALIDATED)


@operation(
    "GET",
    "instances/{instanceId}/card/{customerId}",
    id="ShowCard",
    summary="Show the customer card",
    description="Shows the profile and the timeline of a customer on a page that updates itself.",
    role=None,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID, ACCEPT_ENCODING, ACCEPT_LANGUAGE, params.IF_NONE_MATCH),
    responses=_PAGE,
)
async def show_card(call: Call) -> Answer:
    return _file(call, "card.html", _REVALIDATED)


@operation(
    "GET",
    "instances/{instanceId}/usage/page",
    id="ShowUsagePage",
    summary="Show the usage page",
    description="Shows the usage of an instance on a page with charts and tables.",
    role=None,
    visibility="internal",
    parameters=(params.INSTANCE_ID, ACCEPT_ENCODING, ACCEPT_LANGUAGE, params.IF_NONE_MATCH),
    responses=_PAGE,
)
async def show_usage_page(call: Call) -> Answer:
    return _file(call, "usage.html", _REVALIDATED)


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
    description="Returns a file of the pages at an address that stays the same: where Microsoft Entra leads back to.",
    role=None,
    visibility="internal",
    parameters=(FILE, ACCEPT_ENCODING, params.IF_NONE_MATCH),
    responses={200: Response("The file."), 304: NOT_MODIFIED},
)
async def get_page_file(call: Call) -> Answer:
    return _file(call, call[FILE], _REVALIDATED)


VERSION = path("version", "Version", "The version of the pages.", text(64))


@operation(
    "GET",
    "pages/{version}/{file}",
    id="GetVersionedPageFile",
    summary="Get a file of a version of the pages",
    description="Returns a file of the pages, which browsers keep; for another version the file of the current one.",
    role=None,
    visibility="internal",
    parameters=(VERSION, FILE, ACCEPT_ENCODING, params.IF_NONE_MATCH),
    responses={200: Response("The file."), 304: NOT_MODIFIED},
)
async def get_versioned_page_file(call: Call) -> Answer:
    version, _ = page_files()
    return _file(call, call[FILE], _KEPT if call[VERSION] == version else _REVALIDATED)


def _file(call: Call, name: str, caching: str) -> Answer:
    _, files = page_files()
    found = files.get(name)
    if found is None:
        raise ServiceError(error_codes.FILE_NOT_FOUND(f"The pages have no file '{name}'.", FILE.name))
    headers = {
        "Content-Type": found.media,
        "Cache-Control": caching,
        "Vary": "Accept-Encoding, Accept-Language" if found.modules else "Accept-Encoding",
        "Content-Security-Policy": _policy(call.pages),
        "Referrer-Policy": "no-referrer",
    }
    if found.modules and call[ACCEPT_LANGUAGE].lower().startswith("ko"):
        headers["Link"] = f"<{found.modules}texts_ko.js>; rel=modulepreload"
    if "gzip" in call[ACCEPT_ENCODING]:
        return Answer(200, found.packed, {**headers, "Content-Encoding": "gzip"})
    return Answer(200, found.content, headers)


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


OPERATIONS: tuple[Operation, ...] = (
    show_start_page,
    show_instance_page,
    show_card,
    show_usage_page,
    get_page_settings,
    get_page_file,
    get_versioned_page_file,
)

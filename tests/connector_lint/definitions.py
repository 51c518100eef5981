"""The schemas and parameters of the valid swagger."""

from typing import Any

Json = dict[str, Any]


def text(title: str, description: str, **more: object) -> Json:
    """Return a string property."""
    return {"type": "string", "title": title, "description": description, **more}


def listing(of: Json) -> Json:
    """Return an array property called items."""
    return {"type": "array", "items": of, "title": "Items", "description": "What was found."}


def shelf_id() -> Json:
    """Return the parameter that two operations share."""
    return {
        "name": "shelfId",
        "in": "path",
        "required": True,
        "type": "string",
        "x-ms-summary": "Shelf",
        "description": "The shelf the book stands on.",
        "x-ms-url-encoding": "single",
        "x-ms-dynamic-values": {
            "operationId": "ListShelves",
            "parameters": {},
            "value-collection": "value",
            "value-path": "id",
            "value-title": "name",
        },
        "x-ms-dynamic-list": {
            "operationId": "ListShelves",
            "parameters": {},
            "itemsPath": "value",
            "itemValuePath": "id",
            "itemTitlePath": "name",
        },
    }


def genre() -> Json:
    """Return the members that a parameter and a property have in common."""
    return {
        "type": "string",
        "enum": ["novel", "poem"],
        "x-ms-enum-values": [
            {"value": "novel", "displayName": "Novel"},
            {"value": "poem", "displayName": "Poem"},
        ],
        "description": "The kind of book.",
    }


def book() -> Json:
    """Return the schema of responses."""
    return {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": text("Id", "What tells this book from others."),
            "title": text("Title", "What stands on the cover."),
            "genre": {**genre(), "title": "Genre"},
            "pages": {
                "type": "integer",
                "format": "int32",
                "title": "Pages",
                "description": "How many there are.",
            },
        },
    }


def new_book() -> Json:
    """Return the schema of requests."""
    call = {"operationId": "GetShelfSchema"}
    return {
        "type": "object",
        "required": ["title", "source"],
        "properties": {
            "title": text("Title", "What stands on the cover.", maxLength=200),
            "source": text("Source", "Who sends it.", default="flow", **{"x-ms-visibility": "internal"}),
            "details": {
                "type": "object",
                "title": "Details",
                "description": "The fields of this shelf.",
                "x-ms-dynamic-schema": {
                    **call,
                    "parameters": {"shelfId": {"parameter": "shelfId"}, "view": "input"},
                    "value-path": "schema",
                },
                "x-ms-dynamic-properties": {
                    **call,
                    "parameters": {
                        "shelfId": {"parameterReference": "shelfId"},
                        "view": {"value": "input"},
                    },
                    "itemValuePath": "schema",
                },
            },
        },
    }


def callback() -> Json:
    """Return the schema of the request that subscribes."""
    marks = {"x-ms-notification-url": True, "x-ms-visibility": "internal"}
    url = text("Callback URL", "Where books are announced.", **marks)
    return {"type": "object", "required": ["url"], "properties": {"url": url}}

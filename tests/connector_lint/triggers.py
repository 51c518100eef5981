"""The triggers of the valid swagger."""

from connector_lint.definitions import Json, listing, text


def when_a_book_is_added() -> Json:
    """Return the trigger that polls."""
    return {
        "operationId": "WhenABookIsAdded",
        "summary": "When a book is added",
        "description": "This operation triggers when a book is put on any shelf.",
        "x-ms-visibility": "important",
        "x-ms-trigger": "batch",
        "x-ms-trigger-hint": "Put a book on a shelf to see it work.",
        "parameters": [
            {
                "name": "state",
                "in": "query",
                "type": "string",
                "x-ms-summary": "State",
                "description": "How far the flow has read.",
                "x-ms-visibility": "internal",
            }
        ],
        "responses": {
            "200": {
                "description": "The new books.",
                "schema": {
                    "type": "object",
                    "properties": {
                        "value": listing({"$ref": "#/definitions/Book"}),
                        "state": text("State", "How far the flow has read.", **{"x-ms-visibility": "internal"}),
                    },
                },
            },
            "202": {"description": "There is none."},
        },
    }


def when_a_book_is_returned() -> Json:
    """Return the trigger that subscribes."""
    return {
        "operationId": "WhenABookIsReturned",
        "summary": "When a book is returned",
        "description": "This operation triggers when a book comes back to any shelf.",
        "x-ms-trigger": "single",
        "x-ms-trigger-hint": "Return a book to see it work.",
        "parameters": [
            {
                "name": "body",
                "in": "body",
                "required": True,
                "x-ms-summary": "Callback",
                "description": "Where books are announced.",
                "schema": {"$ref": "#/definitions/Callback"},
            }
        ],
        "responses": {"201": {"description": "It is announced from now on."}},
    }


def returned_book() -> Json:
    """Return what the trigger that subscribes sends."""
    return {"description": "The book.", "schema": {"$ref": "#/definitions/Book"}}

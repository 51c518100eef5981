"""The trigger of the valid swagger."""

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

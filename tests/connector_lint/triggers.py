"""The triggers of the valid swagger, and the operation that ends a subscription."""

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
                        "state": text("State", "How far the flow has read."),
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
        "description": "This operation triggers when a book comes back.",
        "x-ms-visibility": "important",
        "x-ms-trigger": "single",
        "x-ms-trigger-hint": "Return a book to see it work.",
        "parameters": [
            {
                "name": "subscription",
                "in": "body",
                "required": True,
                "x-ms-summary": "Subscription",
                "description": "Who wants to know.",
                "schema": {
                    "type": "object",
                    "required": ["callbackUrl"],
                    "properties": {
                        "callbackUrl": text(
                            "Callback URL",
                            "Where to tell it.",
                            **{"x-ms-notification-url": True, "x-ms-visibility": "internal"},
                        )
                    },
                },
            }
        ],
        "responses": {
            "201": {
                "description": "Subscribed.",
                "headers": {"Location": {"type": "string", "description": "Where to end it."}},
            }
        },
    }


def delete_subscription() -> Json:
    """Return the operation that ends a subscription."""
    return {
        "operationId": "DeleteSubscription",
        "summary": "Delete a subscription",
        "description": "Ends a subscription, whether it is known or not.",
        "x-ms-visibility": "internal",
        "parameters": [
            {
                "name": "subscriptionId",
                "in": "path",
                "required": True,
                "type": "string",
                "x-ms-summary": "Subscription",
                "description": "The subscription to end.",
                "x-ms-url-encoding": "single",
            }
        ],
        "responses": {"204": {"description": "Ended."}},
    }

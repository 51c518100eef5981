"""The actions of the valid swagger."""

from connector_lint.definitions import Json, genre, listing, shelf_id, text


def list_shelves() -> Json:
    """Return the action that fills the list of shelves."""
    shelf = {
        "type": "object",
        "properties": {"id": text("Id", "The shelf."), "name": text("Name", "What it is called.")},
    }
    return {
        "operationId": "ListShelves",
        "summary": "List shelves",
        "description": "Gives the shelves there are.",
        "x-ms-visibility": "internal",
        "responses": {
            "200": {
                "description": "The shelves.",
                "schema": {"type": "object", "properties": {"value": listing(shelf)}},
            }
        },
    }


def get_shelf_schema() -> Json:
    """Return the action that gives the fields of a shelf."""
    schema = {"type": "object", "title": "Schema", "description": "The fields of the shelf."}
    return {
        "operationId": "GetShelfSchema",
        "summary": "Get the fields of a shelf",
        "description": "Gives the schema of a shelf.",
        "x-ms-visibility": "internal",
        "parameters": [
            shelf_id(),
            {
                "name": "view",
                "in": "query",
                "required": True,
                "type": "string",
                "x-ms-summary": "View",
                "description": "Whether the fields are for input or output.",
            },
        ],
        "responses": {
            "200": {
                "description": "The schema.",
                "schema": {"type": "object", "properties": {"schema": schema}},
            }
        },
    }


def create_book() -> Json:
    """Return the action with a body."""
    return {
        "operationId": "CreateBook",
        "summary": "Put a book on a shelf",
        "description": "Adds one book to the shelf that is chosen.",
        "x-ms-visibility": "important",
        "parameters": [
            shelf_id(),
            {
                "name": "book",
                "in": "body",
                "required": True,
                "x-ms-summary": "Book",
                "description": "The book to add.",
                "schema": {"$ref": "#/definitions/NewBook"},
            },
        ],
        "responses": {
            "201": {"description": "The book.", "schema": {"$ref": "#/definitions/Book"}},
            "404": {"description": "There is no such shelf."},
        },
    }


def list_books() -> Json:
    """Return the action that pages."""
    return {
        "operationId": "ListBooks",
        "summary": "List books",
        "description": "Gives the books of all shelves, page by page.",
        "x-ms-pageable": {"nextLinkName": "nextLink"},
        "parameters": [{"name": "genre", "in": "query", "x-ms-summary": "Genre", **genre()}],
        "responses": {
            "200": {
                "description": "A page.",
                "schema": {
                    "type": "object",
                    "properties": {
                        "value": listing({"$ref": "#/definitions/Book"}),
                        "nextLink": text("Next Link", "Where the next page is."),
                    },
                },
            }
        },
    }


def delete_loan() -> Json:
    """Return the operation that ends a loan."""
    return {
        "operationId": "DeleteLoan",
        "summary": "Delete a loan",
        "description": "Ends a loan, whether it is known or not.",
        "x-ms-visibility": "internal",
        "parameters": [
            {
                "name": "loanId",
                "in": "path",
                "required": True,
                "type": "string",
                "x-ms-summary": "Loan",
                "description": "The loan to end.",
                "x-ms-url-encoding": "single",
            }
        ],
        "responses": {"204": {"description": "Ended."}},
    }

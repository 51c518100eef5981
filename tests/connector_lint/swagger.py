"""A small swagger that breaks no rule: a book club's shelves."""

from connector_lint.actions import create_book, delete_loan, get_shelf_schema, list_books, list_shelves
from connector_lint.definitions import Json, book, callback, new_book
from connector_lint.triggers import returned_book, when_a_book_is_added, when_a_book_is_returned


def swagger() -> Json:
    """Return a new copy of the whole document."""
    return {
        "swagger": "2.0",
        "info": {
            "title": "Book Club Shelves",
            "description": "Puts books on the shelves of a book club and tells when new ones come.",
            "version": "1.0",
            "contact": {
                "name": "Book Club",
                "url": "https://books.example.com/help",
                "email": "help@books.example.com",
            },
        },
        "host": "books.example.com",
        "basePath": "/club",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "tags": [{"name": "Books"}],
        "paths": {
            "/shelves": {"get": list_shelves()},
            "/shelves/{shelfId}/schema": {"get": get_shelf_schema()},
            "/shelves/{shelfId}/books": {"post": create_book()},
            "/books": {"get": list_books()},
            "/triggers/books": {"get": when_a_book_is_added()},
            "/loans": {"post": when_a_book_is_returned(), "x-ms-notification-content": returned_book()},
            "/loans/{loanId}": {"delete": delete_loan()},
        },
        "definitions": {"Book": book(), "Callback": callback(), "NewBook": new_book()},
        "securityDefinitions": {
            "oauth2_auth": {
                "type": "oauth2",
                "flow": "accessCode",
                "authorizationUrl": "https://login.microsoftonline.com/common/oauth2/authorize",
                "tokenUrl": "https://login.microsoftonline.com/common/oauth2/token",
                "scopes": {"books": "Read and write books."},
            },
            "api_key": {"type": "apiKey", "in": "header", "name": "X-Club-Key"},
        },
        "security": [{"oauth2_auth": ["books"]}, {"api_key": []}],
        "x-ms-connector-metadata": [
            {"propertyName": "Website", "propertyValue": "https://books.example.com"},
            {
                "propertyName": "Privacy policy",
                "propertyValue": "https://books.example.com/privacy",
            },
            {"propertyName": "Categories", "propertyValue": "Data;Collaboration"},
        ],
    }

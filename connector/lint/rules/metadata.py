"""Rules on the connector as a whole: its names and texts, its host, its size."""

import re
from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.json_value import as_list, as_object, as_text, point
from connector.lint.rule import Problems, rule
from connector.lint.text import PRODUCT_NAMES, is_absolute_url, is_email, words_in

MAX_TITLE = 30
MIN_DESCRIPTION, MAX_DESCRIPTION = 30, 500
MAX_FILE_BYTES = 1_000_000
MAX_OPERATIONS = 128
MAX_CATEGORIES = 2
METADATA_NAMES = ("Website", "Privacy policy", "Categories")
CATEGORIES = (
    *("AI", "Business Management", "Business Intelligence", "Collaboration", "Commerce"),
    *("Communication", "Content and Files", "Finance", "Data", "Human Resources"),
    *("Internet of Things", "IT Operations", "Lifestyle and Entertainment", "Marketing"),
    *("Productivity", "Sales and CRM", "Security", "Social Media", "Website"),
)
TRIAL_HOSTS = ("dev", "development", "test", "testing", "staging", "stage", "uat", "localhost")

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d+)?")


def _texts(document: Document) -> Iterator[tuple[str, str, str]]:
    for name in ("title", "description"):
        if name in document.info:
            yield name, point("/info", name), as_text(document.info[name])


def _metadata(document: Document) -> Iterator[tuple[str, str, str]]:
    for index, entry in enumerate(as_list(document.swagger.get("x-ms-connector-metadata"))):
        where = point("/x-ms-connector-metadata", index, "propertyValue")
        fields = as_object(entry)
        yield as_text(fields.get("propertyName")), where, as_text(fields.get("propertyValue"))


def _categories(document: Document) -> Iterator[tuple[str, list[str]]]:
    for name, where, value in _metadata(document):
        if name == "Categories":
            yield where, [word.strip() for word in value.split(";") if word.strip()]


@rule("RequiredValueEmpty")
def values_are_not_blank(document: Document) -> Problems:
    contact = as_object(document.info.get("contact"))
    texts = [(where, text) for _, where, text in (*_texts(document), *_metadata(document))]
    texts += [(point("/info/contact", key), as_text(value)) for key, value in contact.items()]
    texts += [("/info/version", as_text(document.info.get("version", "-")))]
    for where, text in texts:
        if not text.strip():
            yield where, "The value is empty; write one."


@rule("FieldLengthExceeded")
def title_is_short(document: Document) -> Problems:
    length = len(as_text(document.info.get("title")))
    if length > MAX_TITLE:
        yield "/info/title", f"The title has {length} characters; at most {MAX_TITLE} are allowed."


@rule("FieldLengthNotInRange")
def description_is_long_enough(document: Document) -> Problems:
    length = len(as_text(document.info.get("description")))
    if length and not MIN_DESCRIPTION <= length <= MAX_DESCRIPTION:
        message = f"The description has {length} characters; {MIN_DESCRIPTION} to {MAX_DESCRIPTION} are allowed."
        yield "/info/description", message


@rule("ValueContainsRestrictedWords")
def products_are_not_named(document: Document) -> Problems:
    texts = [(where, text, ("api", "connector") if name == "title" else ()) for name, where, text in _texts(document)]
    texts += [
        (point(operation.where, key), as_text(operation.value.get(key)), ())
        for operation in document.operations
        for key in ("summary", "description")
    ]
    for where, text, words in texts:
        for word in words_in(text, (*words, *PRODUCT_NAMES)):
            yield where, f"The text contains {word!r}, which is not allowed; remove it."


@rule("ValueMustEndWithAlphanumeric")
def title_ends_with_a_letter_or_digit(document: Document) -> Problems:
    title = as_text(document.info.get("title"))
    if title.strip() and not title[-1].isalnum():
        yield "/info/title", f"The title ends with {title[-1]!r}; end it with a letter or a digit."


@rule("ValueMustBeInEnglish")
def texts_are_english(document: Document) -> Problems:
    for name, where, text in _texts(document):
        foreign = "".join(dict.fromkeys(c for c in text if not c.isascii()))
        if foreign:
            yield where, f"The {name} contains {foreign!r}; write English, in ASCII characters."


@rule("ContactEmailNotValid")
def email_is_an_address(document: Document) -> Problems:
    email = as_text(as_object(document.info.get("contact")).get("email"))
    if email.strip() and not is_email(email):
        yield "/info/contact/email", f"{email!r} is not an ASCII e-mail address."


@rule("UrlNotValid")
def addresses_are_absolute(document: Document) -> Problems:
    contact = as_object(document.info.get("contact"))
    urls = [("/info/contact/url", as_text(contact.get("url")))]
    urls += [(where, value) for name, where, value in _metadata(document) if name != "Categories"]
    for where, url in urls:
        if url.strip() and not is_absolute_url(url):
            yield where, f"{url!r} is not an absolute URL; start it with https:// and a host."


@rule("ConnectorMetadataPropertiesMissing")
def metadata_is_complete(document: Document) -> Problems:
    names = {name for name, _, _ in _metadata(document)}
    for name in METADATA_NAMES:
        if name not in names:
            yield "/x-ms-connector-metadata", f"{name!r} is missing; add it, spelled exactly like this."


@rule("TooManyConnectorCategories")
def categories_are_few(document: Document) -> Problems:
    for where, categories in _categories(document):
        if len(categories) > MAX_CATEGORIES:
            yield where, f"There are {len(categories)} categories; at most {MAX_CATEGORIES} are allowed."


@rule("InvalidConnectorCategory")
def categories_are_known(document: Document) -> Problems:
    for where, categories in _categories(document):
        for category in categories:
            if category not in CATEGORIES:
                yield where, f"{category!r} is not a category; choose from {', '.join(CATEGORIES)}."


@rule("HostNameNotValid")
def host_is_a_name(document: Document) -> Problems:
    host = as_text(document.swagger.get("host"))
    if not _HOST.fullmatch(host):
        yield "/host", f"{host!r} is not a host name; write one without scheme and path."


@rule("HostNotProduction")
def host_is_in_production(document: Document) -> Problems:
    host = as_text(document.swagger.get("host"))
    for word in words_in(host, TRIAL_HOSTS):
        yield "/host", f"{host!r} contains {word!r}; use the host of the production service."


@rule("SwaggerFileTooLarge")
def file_is_small(document: Document) -> Problems:
    if document.size >= MAX_FILE_BYTES:
        message = f"The file has {document.size} bytes; fewer than {MAX_FILE_BYTES} are allowed."
        yield "apiDefinition.swagger.json", message


@rule("TotalOperationsCountExceedsMaxAllowed", level="warning")
def operations_are_few(document: Document) -> Problems:
    """Find more operations than agents accept as tools; Microsoft does not publish the limit of the platform."""
    count = len(document.operations)
    if count > MAX_OPERATIONS:
        yield "/paths", f"There are {count} operations; at most {MAX_OPERATIONS} are advised."

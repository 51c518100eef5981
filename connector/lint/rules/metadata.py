"""Rules on the info object and the connector's metadata."""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.json_value import as_list, as_object, as_text, point
from connector.lint.rule import Problems, rule
from connector.lint.text import PRODUCT_NAMES, is_absolute_url, is_email, words_in

TITLE_LENGTH = 30
DESCRIPTION_LENGTHS = (30, 500)
CATEGORIES_ALLOWED = 2
METADATA_NAMES = ("Website", "Privacy policy", "Categories")
CATEGORIES = (
    *("AI", "Business Management", "Business Intelligence", "Collaboration", "Commerce"),
    *("Communication", "Content and Files", "Finance", "Data", "Human Resources"),
    *("Internet of Things", "IT Operations", "Lifestyle and Entertainment", "Marketing"),
    *("Productivity", "Sales and CRM", "Security", "Social Media", "Website"),
)


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
            yield where, "This is empty; write a value."


@rule("FieldLengthExceeded")
def title_is_short(document: Document) -> Problems:
    length = len(as_text(document.info.get("title")))
    if length > TITLE_LENGTH:
        yield "/info/title", f"The title has {length} characters; {TITLE_LENGTH} is the most."


@rule("FieldLengthNotInRange")
def description_is_long_enough(document: Document) -> Problems:
    shortest, longest = DESCRIPTION_LENGTHS
    length = len(as_text(document.info.get("description")))
    if length and not shortest <= length <= longest:
        message = f"The description has {length} characters; {shortest} to {longest} are right."
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
            yield where, f"The text names {word!r}; say it without."


@rule("ValueMustEndWithAlphanumeric")
def title_ends_with_a_letter_or_digit(document: Document) -> Problems:
    title = as_text(document.info.get("title"))
    if title.strip() and not title[-1].isalnum():
        yield "/info/title", f"The title ends with {title[-1]!r}; end with a letter or a digit."


@rule("ValueMustBeInEnglish")
def texts_are_english(document: Document) -> Problems:
    for name, where, text in _texts(document):
        strange = "".join(dict.fromkeys(c for c in text if not c.isascii()))
        if strange:
            yield where, f"The {name} holds {strange!r}; write English, in ASCII characters."


@rule("ContactEmailNotValid")
def email_is_an_address(document: Document) -> Problems:
    email = as_text(as_object(document.info.get("contact")).get("email"))
    if email.strip() and not is_email(email):
        yield "/info/contact/email", f"{email!r} is no e-mail address; give one in ASCII."


@rule("UrlNotValid")
def addresses_are_absolute(document: Document) -> Problems:
    contact = as_object(document.info.get("contact"))
    urls = [("/info/contact/url", as_text(contact.get("url")))]
    urls += [(where, value) for name, where, value in _metadata(document) if name != "Categories"]
    for where, url in urls:
        if url.strip() and not is_absolute_url(url):
            yield where, f"{url!r} is no absolute address; start it with https:// and a host."


@rule("ConnectorMetadataPropertiesMissing")
def metadata_is_complete(document: Document) -> Problems:
    names = {name for name, _, _ in _metadata(document)}
    for name in METADATA_NAMES:
        if name not in names:
            yield "/x-ms-connector-metadata", f"{name!r} is missing; add it, spelt just so."


@rule("TooManyConnectorCategories")
def categories_are_few(document: Document) -> Problems:
    for where, categories in _categories(document):
        if len(categories) > CATEGORIES_ALLOWED:
            yield (
                where,
                f"{len(categories)} categories are too many; name {CATEGORIES_ALLOWED}.",
            )


@rule("InvalidConnectorCategory")
def categories_are_known(document: Document) -> Problems:
    for where, categories in _categories(document):
        for category in categories:
            if category not in CATEGORIES:
                yield where, f"{category!r} is no category; choose from {', '.join(CATEGORIES)}."

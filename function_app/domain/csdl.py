"""The description of an instance's data in OData's language: entity sets, and the CSDL document of `$metadata`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from function_app.domain.activity import UNIFIED
from function_app.domain.entity import CUSTOMER, CUSTOMER_ID, Attribute, Entity, Instance

NAMESPACE, CONTAINER = "CustomerProfiles", "Container"
FUNCTIONS = ("contains", "startswith", "endswith", "tolower")
MAX_NAME_LENGTH = 128
"""The longest name of OData; entities with a longer one are no entity sets."""
_FACETS = {
    "Edm.DateTimeOffset": ' Precision="6"',
    "Edm.TimeOfDay": ' Precision="6"',
    "Edm.Decimal": ' Scale="variable"',
}
_VOCABULARIES = {"Core": "Org.OData.Core.V1", "Capabilities": "Org.OData.Capabilities.V1"}
_AT = "https://oasis-tcs.github.io/odata-vocabularies/vocabularies"
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


def record_entity(entity: Entity) -> Entity:
    """Return an activity entity as its records are read: with the unified customer, if it has no such attribute."""
    if CUSTOMER_ID.lower() in entity.by_folded_name:
        return entity
    return replace(entity, attributes=(*entity.attributes, UNIFIED.by_name[CUSTOMER_ID]))


def entity_sets(instance: Instance) -> Sequence[Entity]:
    """Return the entities whose rows can be read: Customer, UnifiedActivity and those that are activities."""
    records = [record_entity(entity) for entity in instance.entities if entity.activity]
    sets = [instance.customer, UNIFIED, *records]
    return [entity for entity in sets if len(entity.qualified_name) <= MAX_NAME_LENGTH]


def sortable(entity: Entity) -> frozenset[str]:
    """Return the attributes that rows can be ordered by: every one of Customer, else only that of the time."""
    return frozenset(entity.by_name) if entity.name == CUSTOMER else frozenset((entity.timestamp_attribute or "",))


def metadata(instance: Instance) -> str:
    """Return the CSDL document (OData 4.0, XML) of an instance."""
    return "\n".join(_document(entity_sets(instance))) + "\n"


def _document(sets: Sequence[Entity]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">'
    for alias, namespace in _VOCABULARIES.items():
        yield f'<edmx:Reference Uri="{_AT}/{namespace}.xml"><edmx:Include Namespace="{namespace}" Alias="{alias}"/>'
        yield "</edmx:Reference>"
    yield "<edmx:DataServices>"
    yield f'<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
    for entity in sets:
        yield from _entity_type(entity, sets[0].by_name[CUSTOMER_ID])
    yield f'<EntityContainer Name="{CONTAINER}">'
    for entity in sets:
        yield from _entity_set(entity)
    functions = "".join(f"<String>{name}</String>" for name in FUNCTIONS)
    yield f'<Annotation Term="Capabilities.FilterFunctions"><Collection>{functions}</Collection></Annotation>'
    yield '<Annotation Term="Capabilities.BatchSupported" Bool="false"/>'
    yield "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"


def _entity_type(entity: Entity, identity: Attribute) -> Iterator[str]:
    """Yield the type of an entity; the customer that it refers to has the type of the customers' ids."""
    unified, is_guid = UNIFIED.by_name[CUSTOMER_ID], identity.data_type == "Edm.Guid"
    keys = "".join(f'<PropertyRef Name="{name}"/>' for name in entity.keys[0])
    yield f'<EntityType Name="{entity.qualified_name}"><Key>{keys}</Key>'
    for attribute in entity.attributes:
        label = attribute.friendly_name.translate(_ESCAPES)
        typed = (
            replace(unified, data_type="Edm.Guid", max_length=None) if is_guid and attribute is unified else attribute
        )
        yield f"<Property{_type_of(typed, is_key=attribute.name in entity.keys[0])}>"
        yield f'<Annotation Term="Core.Description" String="{label}"/></Property>'
    if has_activities(entity):
        yield f'<NavigationProperty Name="{UNIFIED.name}" Type="Collection({NAMESPACE}.{UNIFIED.name})"/>'
    yield "</EntityType>"


def has_activities(entity: Entity) -> bool:
    """Return whether rows of an entity can be expanded by UnifiedActivity."""
    return entity.name == CUSTOMER and UNIFIED.name.lower() not in entity.by_folded_name


def _type_of(attribute: Attribute, *, is_key: bool) -> str:
    parts = f' Name="{attribute.name}" Type="{attribute.data_type}"' + _FACETS.get(attribute.data_type, "")
    if attribute.max_length is not None:
        parts += f' MaxLength="{attribute.max_length}"'
    return parts + (' Nullable="false"' if is_key else "")


def _entity_set(entity: Entity) -> Iterator[str]:
    name = entity.qualified_name
    yield f'<EntitySet Name="{name}" EntityType="{NAMESPACE}.{name}">'
    if has_activities(entity):
        yield f'<NavigationPropertyBinding Path="{UNIFIED.name}" Target="{UNIFIED.name}"/>'
    can_sort = sortable(entity)
    others = "".join(f"<PropertyPath>{a.name}</PropertyPath>" for a in entity.attributes if a.name not in can_sort)
    if others:
        yield from _restriction(
            "Sort", f'<PropertyValue Property="NonSortableProperties"><Collection>{others}</Collection></PropertyValue>'
        )
    for term, able in (("Insert", "Insertable"), ("Update", "Updatable"), ("Delete", "Deletable")):
        yield from _restriction(term, f'<PropertyValue Property="{able}" Bool="false"/>')
    yield "</EntitySet>"


def _restriction(term: str, value: str) -> Iterator[str]:
    yield f'<Annotation Term="Capabilities.{term}Restrictions"><Record>{value}</Record></Annotation>'

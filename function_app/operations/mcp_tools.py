"""The tools for agents: each is one operation, with fewer inputs, and a text for users beside its response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from function_app.api import options
from function_app.api import parameters as params
from function_app.api.call import Part
from function_app.api.operation import Operation
from function_app.api.parameter import Parameter
from function_app.api.parameter_types import integer
from function_app.domain.access import Role
from function_app.domain.activity import UNIFIED
from function_app.domain.entity import CUSTOMER, Entity
from function_app.domain.names import nearest_hint
from function_app.domain.schema import TYPES, entity_schema
from function_app.domain.wording import received
from function_app.operations import activities, customers, entities, mcp_texts, profile_updates, updates
from function_app.services.instances import CompiledInstance

Json = dict[str, Any]
CALLER = "MCP"
"""What an agent's writes have as `caller`; the principal says who it was."""
_TYPES: Mapping[str, type] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
}
_KEPT = ("type", "format", "description", "maxLength")
_ACTIVITY = ("CustomerId", "ActivityTime", "ActivityType", "Title", "Description", "ExternalUrl", "ActivityId")


@dataclass(frozen=True)
class Tool:
    """A tool: its operation, and which of the operation's parameters are its arguments.

    `record` is the entity whose fields the argument `fields` has. `fixed` are parameters that are always sent, unless
    an argument replaces them. `forms` are what a parameter has around the value of its argument. `hints` are
    annotations beside that of reads.
    """

    name: str
    title: str
    description: str
    operation: Operation
    tell: Callable[[Any], str]
    arguments: Mapping[str, Parameter[Any]] = field(default_factory=dict)
    record: str | None = None
    fixed: tuple[tuple[Parameter[Any], str], ...] = ()
    forms: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, bool] = field(default_factory=dict)

    def described(self, instance: CompiledInstance) -> Json:
        """Return the tool as agents see it, with the fields of an instance."""
        read_only = self.operation.role is Role.VIEWER
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": self._schema(instance),
            "annotations": {"title": self.title, "readOnlyHint": read_only, "openWorldHint": False, **self.hints},
        }

    def part(self, given: Mapping[str, Any], instance: CompiledInstance) -> Part:
        """Return the request of a call with these arguments. Raises ValueError with all their faults."""
        arguments = {name: value for name, value in given.items() if value is not None}
        faults = self._faults(arguments, self._schema(instance))
        if faults:
            raise ValueError(" ".join(faults))
        sent: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
        for parameter, value in self.fixed:
            sent[parameter.place][parameter.name] = value
        for name, parameter in self.arguments.items():
            if name in arguments:
                sent[parameter.place][parameter.name] = self.forms.get(name, "{}").format(_text(arguments[name]))
        body = arguments.get("fields", {}) if self.record else None
        return Part(sent["path"], sent["query"], sent["header"], body)

    def _faults(self, arguments: Mapping[str, Any], schema: Json) -> list[str]:
        known = schema["properties"]
        faults = [f"'{name}' is required." for name in schema["required"] if name not in arguments]
        for name, value in arguments.items():
            if name not in known:
                faults.append(f"There is no argument '{name[:64]}'{nearest_hint(name, list(known))}.")
            elif expected := _expected(value, known[name]):
                faults.append(f"'{name}' must be {expected}; received {received(value)}.")
        return faults

    def _schema(self, instance: CompiledInstance) -> Json:
        properties = {name: _property(parameter) for name, parameter in self.arguments.items()}
        required = [name for name, parameter in self.arguments.items() if parameter.required]
        if self.record:
            properties["fields"] = _fields(instance.entity(self.record))
            required += ["fields"] if "required" in properties["fields"] else []
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _property(parameter: Parameter[Any]) -> Json:
    """Return the schema of an argument. Agents read lists of words as plain text, so the description has them."""
    words = parameter.schema.get("enum", ())
    of_words = f" One of: {', '.join(words)}." if words else ""
    kept = {name: value for name, value in parameter.schema.items() if name != "enum"}
    return {**kept, "description": parameter.description + of_words}


def _fields(entity: Entity) -> Json:
    """Return the schema of a record: one type for each field, and its values in the description."""
    schema = entity_schema(entity, "input")
    names = _ACTIVITY if entity.name == UNIFIED.name else tuple(schema["properties"])
    fields = {name: {k: v for k, v in schema["properties"][name].items() if k in _KEPT} for name in names}
    required = {"required": schema["required"]} if "required" in schema else {}
    return {"type": "object", "description": "The fields with their values.", "properties": fields, **required}


def _expected(value: Any, schema: Json) -> str:
    """Return what the schema of an argument expects instead of a value; nothing if the value fits."""
    kind = schema["type"]
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return TYPES[kind]
    if "maximum" in schema and not schema["minimum"] <= value <= schema["maximum"]:
        return f"{TYPES[kind]} from {schema['minimum']} to {schema['maximum']}"
    return ""


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_CUSTOMER_ID, _OF_CUSTOMER = (
    replace(parameter, description="The CustomerId of the customer. find_customers returns it.")
    for parameter in (params.CUSTOMER_ID, activities.CUSTOMER)
)
_UPDATE_ID = replace(updates.UPDATE_ID, description="The updateId. get_customer and list_live_updates return it.")
_SIZE_FORM = "odata.maxpagesize={}"
# Not $top: the list that it ends has no next link, by which the text knows that there are more.
_SIZE = replace(
    options.MAX_PAGE_SIZE,
    description="The largest number of customers to return; 10 if empty.",
    type=integer(1, options.MAX_PAGE),
)
TOOLS: tuple[Tool, ...] = (
    Tool(
        "find_customers",
        "Find customers",
        "Finds customers by words or by a filter, and returns their profiles with their CustomerId. Use it first, when "
        "you know a name, an email address or another field of a customer, but not the CustomerId. Filters see live "
        "updates. Do not use it for one customer whose CustomerId you know: use get_customer.",
        customers.list_customers,
        mcp_texts.customers,
        {"search": options.SEARCH, "filter": options.FILTER, "select": options.SELECT, "top": _SIZE},
        fixed=((_SIZE, _SIZE_FORM.format(10)),),
        forms={"top": _SIZE_FORM},
    ),
    Tool(
        "get_customer",
        "Get a customer with reasons",
        "Returns the merged profile of one customer, and for each live value why it shows: the source's value, who "
        "sent the update, its updateId and when it expires. Use it before you state a fact about a customer, and to "
        "find the updateId for end_update. Do not use it to search: use find_customers.",
        customers.get_customer,
        mcp_texts.customer,
        {"customer_id": _CUSTOMER_ID},
        fixed=((customers.EXPLAIN, "true"),),
    ),
    Tool(
        "list_activities",
        "List the activities of a customer",
        "Returns the activities of one customer (purchases, tickets and the like), newest first. Use it for questions "
        "on what a customer did and when. Do not use it for the fields of the profile: use get_customer.",
        activities.list_activities,
        mcp_texts.activities,
        {
            "customer_id": _OF_CUSTOMER,
            "activity_type": activities.ACTIVITY_TYPE,
            "from": activities.FROM,
            "to": activities.TO,
            "top": activities.PAGE,
        },
    ),
    Tool(
        "update_customer",
        "Update a customer for a time",
        "Changes fields of one customer's profile until the update expires; then the source's values show again. Use "
        "it when a person has given you a new value to save. Say how long it is valid if you know. Do not "
        "use it to create or delete customers, or to undo an update: use end_update.",
        profile_updates.update_customer,
        mcp_texts.updated,
        {
            "customer_id": _CUSTOMER_ID,
            "clear": profile_updates.CLEAR_FIELDS,
            "valid_for": params.VALID_FOR,
            "valid_until": params.VALID_UNTIL,
            "dry_run": params.DRY_RUN,
        },
        record=CUSTOMER,
        fixed=((params.PREFER, "return=representation"), (params.CALLER, CALLER)),
        hints={"destructiveHint": False},
    ),
    Tool(
        "end_update",
        "End an update",
        "Ends one update of a customer now: the next older value shows at once. Use it to undo an update that was a "
        "mistake; get_customer and list_live_updates return its updateId. It can not be undone. Do not use it to "
        "change a value: use update_customer.",
        updates.end_update,
        mcp_texts.ended,
        {"customer_id": _CUSTOMER_ID, "update_id": _UPDATE_ID, "dry_run": params.DRY_RUN},
        hints={"destructiveHint": True, "idempotentHint": True},
    ),
    Tool(
        "add_activity",
        "Add an activity",
        "Adds one activity, like a call or a complaint, to the timeline of a customer. Use it to record what has "
        "happened; find the CustomerId with find_customers first. An activity can not be changed later, and the same "
        "one sent twice is kept once. Do not use it to change the profile: use update_customer.",
        activities.create_activity,
        mcp_texts.added,
        {"valid_for": params.ACTIVITY_VALID_FOR},
        record=UNIFIED.name,
        fixed=((params.ACTIVITY_ENTITY, UNIFIED.name), (params.CALLER, CALLER)),
        hints={"destructiveHint": False, "idempotentHint": True},
    ),
    Tool(
        "list_live_updates",
        "List live updates",
        "Returns the live updates of all customers, oldest first, each with its values and what the source has. Use it "
        "for what was changed lately, who sent it, and what the source's owner still has to take over. Do not use "
        "it for one customer: use get_customer.",
        updates.list_live_updates,
        mcp_texts.live_updates,
        {"field": updates.ATTRIBUTE, "sent_as": updates.OF_CALLER, "landed": updates.LANDED, "top": updates.PAGE},
    ),
    Tool(
        "get_schema",
        "Get the fields",
        "Returns the fields of customers or of a kind of activity, with their types and allowed values. Use it before "
        "you write a filter or change fields that you do not know. Do not use it for values of customers.",
        entities.get_entity_schema,
        mcp_texts.schema,
        {"entity": params.ENTITY_NAME},
        fixed=((entities.USE, "output"),),
    ),
)

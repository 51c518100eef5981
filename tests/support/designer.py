"""A model of Power Platform's designer: requests built from a connector's definition only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema

Json = dict[str, Any]
_EXAMPLE = re.compile(r"(?:, like|: ) ?(.+?)(?:\. |; |\.$|, or | is )")
_SAMPLES = {
    "date": "1990-12-31",
    "date-time": "2026-11-23T09:30:00Z",
    "time": "09:30:00",
    "uuid": "6f9619ff-8b86-4d11-b42d-00c04fc964ff",
}


@dataclass(frozen=True)
class Action:
    """An operation of the definition, as shown in the designer."""

    path: str
    verb: str
    described: Json

    @property
    def id(self) -> str:
        return str(self.described["operationId"])

    @property
    def parameters(self) -> dict[str, Json]:
        return {p["name"]: p for p in self.described["parameters"] if p["in"] != "body"}

    @property
    def body(self) -> Json | None:
        return next((p["schema"] for p in self.described["parameters"] if p["in"] == "body"), None)


class Designer:
    """Creates forms for a definition and sends their values; every response is checked against the definition."""

    def __init__(self, definition: Json, client: httpx.AsyncClient, properties: Json) -> None:
        self._definition, self._client = definition, client
        self._headers = dict(_headers_of_policies(properties))
        self.actions = {action.id: action for action in _actions(definition)}

    async def call(self, action_id: str, values: Mapping[str, Any], body: Any = None) -> Any:
        """Call an operation as a flow does; return the body of its answer."""
        action = self.actions[action_id]
        sent = {name: p["default"] for name, p in action.parameters.items() if "default" in p and p["required"]}
        sent |= {name: value for name, value in values.items() if name in action.parameters}
        missing = [name for name, p in action.parameters.items() if p["required"] and name not in sent]
        assert not missing, f"{action_id} needs {missing}"
        by_place: dict[str, Json] = {"path": {}, "query": {}, "header": dict(self._headers.get(action_id, {}))}
        for name, value in sent.items():
            by_place[action.parameters[name]["in"]][name] = value
        path = action.path
        for name, value in by_place["path"].items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        answer = await self._client.request(
            action.verb, path, params=by_place["query"], headers=by_place["header"], json=body
        )
        await self._check(action, answer, sent)
        return answer.json() if answer.content else None

    async def _check(self, action: Action, answer: httpx.Response, values: Mapping[str, Any]) -> None:
        declared = action.described["responses"].get(str(answer.status_code))
        assert declared, f"{action.id} answers {answer.status_code}, which is not declared: {answer.text}"
        assert answer.is_success, f"{action.id}: {answer.text}"
        assert {name.lower() for name in declared.get("headers", {})} <= set(answer.headers)
        if "schema" in declared:
            schema = await self.drawn(declared["schema"], values)
            jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(answer.json())

    async def choices(self, parameter: Json, values: Mapping[str, Any]) -> list[Any] | None:
        """Return the values of a parameter's list; None if it has none. Both forms of the list must be equal."""
        if "enum" in parameter:
            return list(parameter["enum"])
        if "x-ms-dynamic-list" not in parameter:
            return None
        newer, older = parameter["x-ms-dynamic-list"], parameter["x-ms-dynamic-values"]
        assert older["operationId"] == newer["operationId"]
        given = _given(older, newer, values)
        rows = _at(await self.call(newer["operationId"], given), newer.get("itemsPath", ""))
        for mine, theirs in (("itemValuePath", "value-path"), ("itemTitlePath", "value-title")):
            assert newer[mine] == older[theirs]
        assert all(_at(row, newer["itemTitlePath"]) for row in rows)
        return [_at(row, newer["itemValuePath"]) for row in rows]

    async def drawn(self, schema: Json, values: Mapping[str, Any]) -> Json:
        """Return a schema with resolved references and dynamic parts, and nullable in the form of JSON schema."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/definitions/")
            return await self.drawn(self._definition["definitions"][name], values)
        if "x-ms-dynamic-properties" in schema:
            newer, older = schema["x-ms-dynamic-properties"], schema["x-ms-dynamic-schema"]
            assert (older["operationId"], older["value-path"]) == (newer["operationId"], newer["itemValuePath"])
            found = await self.call(newer["operationId"], _given(older, newer, values))
            return await self.drawn(_at(found, newer["itemValuePath"]), values)
        drawn = dict(schema)
        if "properties" in schema:
            drawn["properties"] = {name: await self.drawn(s, values) for name, s in schema["properties"].items()}
        for key in ("items", "additionalProperties"):
            if key in schema:
                drawn[key] = await self.drawn(schema[key], values)
        return {"anyOf": [drawn, {"type": "null"}], "drawn": drawn} if schema.get("x-nullable") else drawn


def sample(schema: Json, typed: Mapping[str, Any], name: str = "") -> Any:
    """Return a value that a maker may enter: from the given ones by name, or generated from the schema."""
    schema = schema.get("drawn", schema)
    if name in typed:
        return typed[name]
    if schema["type"] == "object":
        return {name: sample(s, typed, name) for name, s in schema["properties"].items()}
    if schema["type"] == "array":
        return [sample(schema["items"], typed)]
    text = schema.get("default") or _SAMPLES.get(schema.get("format", ""), "Text"[: schema.get("maxLength")])
    return schema.get("enum", [{"string": text, "boolean": True}.get(schema["type"], 1)])[0]


def example(parameter: Json) -> Any:
    """Return the example in a parameter's hint, or its first allowed value."""
    if "enum" in parameter:
        return parameter["enum"][0]
    if parameter["type"] != "string":
        return {"boolean": True, "integer": 1}[parameter["type"]]
    found = _EXAMPLE.search(parameter["description"])
    assert found, f"{parameter['name']} has no example in its hint: {parameter['description']}"
    return found[1]


def _actions(definition: Json) -> Iterator[Action]:
    for path, item in definition["paths"].items():
        for verb, described in item.items():
            if verb.startswith("x-"):
                continue
            yield Action(path.lstrip("/"), verb.upper(), described)


def _headers_of_policies(properties: Json) -> Iterator[tuple[str, Json]]:
    """Yield the headers that policies set, by operation."""
    for policy in properties["properties"]["policyTemplateInstances"]:
        given = policy["parameters"]
        if policy["templateId"] == "setheader":
            for operation_id in given.get("x-ms-apimTemplate-operationName", ()):
                name = given["x-ms-apimTemplateParameter.name"]
                yield operation_id, {name: given["x-ms-apimTemplateParameter.value"]}


def _given(older: Json, newer: Json, values: Mapping[str, Any]) -> Json:
    old = {n: values[a["parameter"]] if isinstance(a, dict) else a for n, a in older["parameters"].items()}
    new = {
        n: values[a["parameterReference"]] if "parameterReference" in a else a["value"]
        for n, a in newer["parameters"].items()
    }
    assert old == new
    return new


def _at(value: Any, path: str) -> Any:
    for token in path.split("/") if path else []:
        value = value[token]
    return value

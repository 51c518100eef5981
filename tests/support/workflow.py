"""Runs example workflows: calls of the connector, conditions, loops, and the expressions in them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]
Send = Callable[[Json], Awaitable[Any]]
"""Sends the `inputs` of a call, evaluated; returns the body of the answer."""
_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(\d+)|(\w+)|(\?\[|[\[\](),]))")


class Workflow:
    """One run of a workflow; `name` is the name of the run, `given` the values of its parameters and trigger."""

    def __init__(self, send: Send, name: str, given: Mapping[str, Any]) -> None:
        self._send, self._values = send, dict(given)
        self._values["workflow"] = {"run": {"name": name}}
        self._bodies: Json = {}
        self._items: list[Any] = []

    async def run(self, actions: Mapping[str, Json]) -> None:
        """Run actions in the order of the file, which must be one in which each runs after those that it names."""
        done = set[str]()
        for name, action in actions.items():
            assert set(action.get("runAfter", {})) <= done, f"{name} must run after {action['runAfter']}"
            await self._act(name, action)
            done.add(name)

    async def _act(self, name: str, action: Json) -> None:
        match action["type"]:
            case "If":
                branch = action if self._holds(action["expression"]) else action["else"]
                await self.run(branch["actions"])
            case "Foreach":
                for item in self.value(action["foreach"]):
                    self._items.append(item)
                    await self.run(action["actions"])
                    self._items.pop()
            case _:
                self._bodies[name] = await self._send(self.value(action["inputs"]))

    def _holds(self, condition: Json) -> bool:
        ((kind, operands),) = condition.items()
        assert kind in {"and", "contains", "equals"}
        if kind == "and":
            return all(self._holds(each) for each in operands)
        left, right = self.value(operands)
        return bool(right in left if kind == "contains" else left == right)

    def value(self, node: Any) -> Any:
        """Return a value with its expressions evaluated."""
        if isinstance(node, dict):
            return {name: self.value(each) for name, each in node.items()}
        if isinstance(node, list):
            return [self.value(each) for each in node]
        if not isinstance(node, str):
            return node
        if node.startswith("@") and not node.startswith("@{"):
            return self._evaluate(node[1:])
        return re.sub(r"@\{(.*?)\}", lambda found: str(self._evaluate(found[1])), node)

    def _evaluate(self, expression: str) -> Any:
        tokens = list(_tokens(expression))
        found = self._expression(tokens)
        assert not tokens, f"{expression}: {tokens} is left"
        return found

    def _expression(self, tokens: list[tuple[str, str]]) -> Any:
        kind, text = tokens.pop(0)
        found: Any = text.replace("''", "'") if kind == "text" else int(text) if kind == "number" else None
        if kind == "name":
            found = self._called(text, tokens)
        while tokens and tokens[0][1] in {"?[", "["}:
            step = tokens.pop(0)[1]
            index = self._expression(tokens)
            assert tokens.pop(0)[1] == "]"
            assert step == "?[" or found is not None
            found = None if found is None else found.get(index) if isinstance(found, dict) else found[index]
        return found

    def _called(self, name: str, tokens: list[tuple[str, str]]) -> Any:
        assert tokens.pop(0)[1] == "("
        arguments = []
        while tokens[0][1] != ")":
            arguments.append(self._expression(tokens))
            if tokens[0][1] == ",":
                tokens.pop(0)
        tokens.pop(0)
        return self._functions[name](*arguments)

    @property
    def _functions(self) -> dict[str, Callable[..., Any]]:
        return {
            "body": lambda action: self._bodies[action],
            "outputs": lambda action: {f"body/{name}": each for name, each in self._bodies[action].items()},
            "concat": lambda *parts: "".join(map(str, parts)),
            "encodeURIComponent": lambda text: quote(text, safe=""),
            "item": lambda: self._items[-1],
            "length": len,
            "parameters": lambda name: self._values["parameters"][name],
            "range": lambda start, count: list(range(start, start + count)),
            "split": lambda text, by: text.split(by),
            "triggerBody": lambda: self._values["triggerBody"],
            "trim": str.strip,
            "workflow": lambda: self._values["workflow"],
        }


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(expression):
        found = _TOKEN.match(expression, place)
        assert found, f"{expression} can not be read at {expression[place:]}"
        kind = ("text", "number", "name", "sign")[(found.lastindex or 1) - 1]
        yield kind, found[found.lastindex or 1]
        place = found.end()

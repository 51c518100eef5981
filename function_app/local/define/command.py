"""The command `define`: propose a definition.json for a folder, and say why it is as it is."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from function_app import error_codes
from function_app.api.body_faults import model_faults
from function_app.domain.definition import instance_of
from function_app.domain.definition_rules import definition_faults, faults_of_rest
from function_app.error_detail import ErrorDetail
from function_app.local.define.proposal import NothingToDefineError, propose
from function_app.local.define.trial import try_out
from function_app.operations.definition import InstanceDefinition

__all__ = ["NothingToDefineError", "define_folder", "written"]
_SHORT = 110
_LIST_OF_ONE = re.compile(r"\[\n\s+(\[[^\[\]{}\n]*\])\n\s+\]")
_INNERMOST = re.compile(r"[\[{]\n\s+([^\[\]{}]+?)\n\s+[\]}]")


def define_folder(folder: Path, schema: str) -> None:
    """Write FOLDER/definition.json, or print it where there is one; the reasons go to standard error.

    NothingToDefineError if the folder holds no customers.
    """
    proposal = propose(folder)
    definition = {"$schema": schema, **proposal.definition}
    _say(proposal.reasons)
    faults = _faults(definition)
    _say(["", "Before a load, correct:", *(f"  {fault.target}: {fault.message}" for fault in faults)] if faults else [])
    rejected = [] if faults else list(try_out(folder, instance_of("", definition), proposal.files))
    _say(["", *rejected, "Correct the files, or dataType and format in the definition."] if rejected else [])
    place = folder / "definition.json"
    if place.exists():
        _say(["", f"{place} is there and stays as it is; the proposal goes to standard output."])
        print(written(definition))
    else:
        place.write_text(written(definition) + "\n", encoding="utf-8")
        _say(["", f"Written: {place}. Change what is not right."])
    load = f"make load FOLDER={shlex.quote(str(folder))} INSTANCE={uuid4()}"
    _say(["Then:", *(f"  {command}" for command in (*proposal.commands, load))])


def _faults(definition: dict[str, Any]) -> list[ErrorDetail]:
    """Return what a service would refuse of a definition, like more attributes than it takes."""
    try:
        model = InstanceDefinition.model_validate(definition)
    except ValidationError as error:
        faults = model_faults(InstanceDefinition, error, error_codes.INVALID_DEFINITION)
        return [*faults, *faults_of_rest(definition, [fault.target or "" for fault in faults])]
    return definition_faults(instance_of("", model.as_sent()))


def written(definition: Any) -> str:
    """Return a definition as JSON, what is short in one line."""
    text = json.dumps(definition, indent=2, ensure_ascii=False)
    return _LIST_OF_ONE.sub(r"[\1]", _INNERMOST.sub(_in_one_line, text))


def _in_one_line(found: re.Match[str]) -> str:
    line = " ".join(part.strip() for part in found[1].split("\n"))
    return f"{found[0][0]}{line}{found[0][-1]}" if len(line) < _SHORT else found[0]


def _say(lines: list[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)

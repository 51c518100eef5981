"""Instances: list, get, define, read the definition, delete."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field, RootModel
from typing_extensions import TypedDict

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Body, Operation, Response, operation
from function_app.api.parameter import query
from function_app.api.parameter_types import text
from function_app.domain.access import Role
from function_app.domain.definition import instance_of
from function_app.domain.definition_rules import faults_of_rest
from function_app.domain.entity import Instance
from function_app.domain.instant import format_instant
from function_app.operations.definition import InstanceDefinition
from function_app.services.instances import check_definition


class InstanceInfo(TypedDict):
    """The name and the id of an instance."""

    instanceId: Annotated[str, Field(title="Instance ID", description="The instance's id.")]
    name: Annotated[str, Field(title="Name", description="The instance's name.")]
    instanceType: Annotated[str, Field(title="Type", description="Always production.")]
    expiryTimeUtc: NotRequired[
        Annotated[str | None, Field(title="Expiry Time", description="Always null: instances do not expire.")]
    ]
    azureRegion: NotRequired[
        Annotated[
            str | None, Field(title="Azure Region", description="Always null: an instance does not know its region.")
        ]
    ]
    platformType: NotRequired[
        Annotated[str | None, Field(title="Platform Type", description="Always null: there is only one platform.")]
    ]


class InstanceList(RootModel[list[InstanceInfo]]):
    """The instances."""


@operation(
    "GET",
    "instances",
    id="ListInstances",
    summary="List instances",
    description="Returns the instances on which the caller has a role.",
    role=Role.VIEWER,
    visibility="internal",
    responses={200: Response("The instances.", InstanceList)},
)
async def list_instances(call: Call) -> Answer:
    role_on = call.services.access.role_on
    instances = await call.services.instances.all()
    seen = [found for found in instances if await role_on(call.principal, found.instance_id, call.now)]
    return Answer(200, [_info(instance) for instance in seen])


@operation(
    "GET",
    "instances/{instanceId}",
    id="GetInstance",
    summary="Get an instance",
    description="Returns the name and the id of an instance. Use it to show which instance a flow works on. Do not "
    "use it for data of customers.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The instance.", InstanceInfo)},
)
async def get_instance(call: Call) -> Answer:
    return Answer(200, _info(call.model.instance))


def _check_definition(call: Call) -> None:
    if call.body is not None:
        check_definition(instance_of(call[params.INSTANCE_ID], call.body.as_sent()))


@operation(
    "PUT",
    "instances/{instanceId}",
    id="DefineInstance",
    summary="Define an instance",
    description="Creates an instance or replaces its definition: name, validity and entities.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    instance_optional=True,
    body=Body("The whole definition.", InstanceDefinition, rules=faults_of_rest),
    checks=(_check_definition,),
    responses={
        201: Response("The instance is created.", InstanceInfo),
        200: Response("The definition of the instance is replaced.", InstanceInfo),
    },
)
async def define_instance(call: Call) -> Answer:
    instance_id, definition = call[params.INSTANCE_ID], call.body.as_sent()
    created = await call.services.instances.define(instance_id, definition, call.now, call.principal.principal_id)
    model = await call.services.instances.get(instance_id, call.now)
    return Answer(201 if created else 200, _info(model.instance))


@operation(
    "GET",
    "instances/{instanceId}/definition",
    id="GetDefinition",
    summary="Get the definition of an instance",
    description="Returns the definition of an instance as it was sent.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The whole definition.", InstanceDefinition)},
)
async def get_definition(call: Call) -> Answer:
    return Answer(200, await call.services.instances.definition(call[params.INSTANCE_ID]))


class InstanceDeletion(TypedDict):
    """The deletion of an instance."""

    instanceId: Annotated[str, Field(title="Instance ID", description="The instance's id.")]
    requestedAt: Annotated[str, Field(title="Requested At", description="When the deletion was requested.")]


NAME = query("name", "Name", "The name of the instance, to confirm that this one is meant.", text(200), required=True)


@operation(
    "DELETE",
    "instances/{instanceId}",
    id="DeleteInstance",
    summary="Delete an instance",
    description="Deletes an instance with everything in it except the record of changes.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, NAME),
    responses={202: Response("The instance is deleted; its documents are being removed.", InstanceDeletion)},
)
async def delete_instance(call: Call) -> Answer:
    by = call.principal.principal_id
    deletion = await call.services.delete_instance(call.model, call[NAME], by, call.now)
    call.services.settle.soon()
    body: InstanceDeletion = {
        "instanceId": call[params.INSTANCE_ID],
        "requestedAt": format_instant(deletion.requested_at),
    }
    return Answer(202, body)


def _info(instance: Instance) -> InstanceInfo:
    return {
        "instanceId": instance.instance_id,
        "name": instance.name,
        "instanceType": "production",
        "expiryTimeUtc": None,
        "azureRegion": None,
        "platformType": None,
    }


OPERATIONS: tuple[Operation, ...] = (list_instances, get_instance, define_instance, get_definition, delete_instance)

"""Instances: list, get, define."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field, RootModel
from typing_extensions import TypedDict

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Body, Operation, Response, operation
from function_app.domain.access import Role
from function_app.domain.entity import Instance
from function_app.operations.definition import InstanceDefinition


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
    description="Returns the name and the id of an instance.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The instance.", InstanceInfo)},
)
async def get_instance(call: Call) -> Answer:
    return Answer(200, _info(call.model.instance))


@operation(
    "PUT",
    "instances/{instanceId}",
    id="DefineInstance",
    summary="Define an instance",
    description="Creates an instance or replaces its definition: name, validity and entities.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    defines_instance=True,
    body=Body("The whole definition.", InstanceDefinition),
    responses={
        201: Response("The instance is created.", InstanceInfo),
        200: Response("The definition of the instance is replaced.", InstanceInfo),
    },
)
async def define_instance(call: Call) -> Answer:
    instance_id, definition = call[params.INSTANCE_ID], call.body.model_dump(exclude_none=True)
    created = await call.services.instances.define(instance_id, definition, call.now, call.principal.principal_id)
    model = await call.services.instances.get(instance_id, call.now)
    return Answer(201 if created else 200, _info(model.instance))


def _info(instance: Instance) -> InstanceInfo:
    return {
        "instanceId": instance.instance_id,
        "name": instance.name,
        "instanceType": "production",
        "expiryTimeUtc": None,
        "azureRegion": None,
        "platformType": None,
    }


OPERATIONS: tuple[Operation, ...] = (list_instances, get_instance, define_instance)

"""The messages between the Functions host and its Python worker: protobuf classes, built from a table of their fields.

Microsoft's generated classes are not on PyPI in a current version. Names, numbers and types are those of the protocol
(Azure/azure-functions-language-worker-protobuf), as far as this host and Microsoft's runtime use them.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "AzureFunctionsRpcMessages"
_Field = descriptor_pb2.FieldDescriptorProto

_ENUMS = {
    "StatusResult.Status": ("Failure", "Success", "Cancelled"),
    "BindingInfo.Direction": ("in", "out", "inout"),
    "BindingInfo.DataType": ("undefined", "string", "binary", "stream"),
    "RpcLog.Level": ("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"),
    "RpcHttpCookie.SameSite": ("None", "Lax", "Strict", "ExplicitNone"),
}
# Field: type and number, then the group of which only one is set. `{x}` maps text to x, `[x]` is a list of x.
_MESSAGES = {
    "StreamingMessage": {
        "request_id": "string 1",
        "worker_init_request": "WorkerInitRequest 17 content",
        "worker_init_response": "WorkerInitResponse 16 content",
        "function_load_request": "FunctionLoadRequest 8 content",
        "function_load_response": "FunctionLoadResponse 9 content",
        "invocation_request": "InvocationRequest 4 content",
        "invocation_response": "InvocationResponse 5 content",
        "rpc_log": "RpcLog 2 content",
        "function_environment_reload_request": "FunctionEnvironmentReloadRequest 25 content",
        "function_environment_reload_response": "FunctionEnvironmentReloadResponse 26 content",
        "functions_metadata_request": "FunctionsMetadataRequest 29 content",
        "function_metadata_response": "FunctionMetadataResponse 30 content",
    },
    "WorkerInitRequest": {
        "host_version": "string 1",
        "capabilities": "{string} 2",
        "worker_directory": "string 4",
        "function_app_directory": "string 5",
    },
    "WorkerInitResponse": {
        "capabilities": "{string} 2",
        "result": "StatusResult 3",
        "worker_metadata": "WorkerMetadata 4",
    },
    "WorkerMetadata": {
        "runtime_name": "string 1",
        "runtime_version": "string 2",
        "worker_version": "string 3",
        "worker_bitness": "string 4",
        "custom_properties": "{string} 5",
    },
    "StatusResult": {"status": "StatusResult.Status 4", "result": "string 1", "exception": "RpcException 2"},
    "RpcException": {"source": "string 3", "stack_trace": "string 1", "message": "string 2"},
    "FunctionEnvironmentReloadRequest": {"environment_variables": "{string} 1", "function_app_directory": "string 2"},
    "FunctionEnvironmentReloadResponse": {
        "worker_metadata": "WorkerMetadata 1",
        "capabilities": "{string} 2",
        "result": "StatusResult 3",
    },
    "FunctionsMetadataRequest": {"function_app_directory": "string 1"},
    "FunctionMetadataResponse": {
        "function_metadata_results": "[RpcFunctionMetadata] 1",
        "result": "StatusResult 2",
        "use_default_metadata_indexing": "bool 3",
    },
    "RpcFunctionMetadata": {
        "name": "string 4",
        "directory": "string 1",
        "script_file": "string 2",
        "entry_point": "string 3",
        "bindings": "{BindingInfo} 6",
        "is_proxy": "bool 7",
        "language": "string 9",
        "raw_bindings": "[string] 10",
        "function_id": "string 13",
        "managed_dependency_enabled": "bool 14",
        "retry_options": "RpcRetryOptions 15",
        "properties": "{string} 16",
    },
    "BindingInfo": {"type": "string 2", "direction": "BindingInfo.Direction 3", "data_type": "BindingInfo.DataType 4"},
    "RpcRetryOptions": {"max_retry_count": "int32 2"},
    "FunctionLoadRequest": {"function_id": "string 1", "metadata": "RpcFunctionMetadata 2"},
    "FunctionLoadResponse": {"function_id": "string 1", "result": "StatusResult 2"},
    "InvocationRequest": {
        "invocation_id": "string 1",
        "function_id": "string 2",
        "input_data": "[ParameterBinding] 3",
        "trigger_metadata": "{TypedData} 4",
        "trace_context": "RpcTraceContext 5",
        "retry_context": "RetryContext 6",
    },
    "InvocationResponse": {
        "invocation_id": "string 1",
        "output_data": "[ParameterBinding] 2",
        "return_value": "TypedData 4",
        "result": "StatusResult 3",
    },
    "RpcTraceContext": {"trace_parent": "string 1", "trace_state": "string 2", "attributes": "{string} 3"},
    "RetryContext": {"retry_count": "int32 1", "max_retry_count": "int32 2", "exception": "RpcException 3"},
    "ParameterBinding": {"name": "string 1", "data": "TypedData 2 rpc_data"},
    "TypedData": {
        "string": "string 1 data",
        "json": "string 2 data",
        "bytes": "bytes 3 data",
        "http": "RpcHttp 5 data",
        "int": "sint64 6 data",
        "double": "double 7 data",
    },
    "RpcHttp": {
        "method": "string 1",
        "url": "string 2",
        "headers": "{string} 3",
        "body": "TypedData 4",
        "params": "{string} 10",
        "status_code": "string 12",
        "query": "{string} 15",
        "enable_content_negotiation": "bool 16",
        "cookies": "[RpcHttpCookie] 19",
    },
    "RpcHttpCookie": {
        "name": "string 1",
        "value": "string 2",
        "domain": "NullableString 3",
        "path": "NullableString 4",
        "expires": "NullableTimestamp 5",
        "secure": "NullableBool 6",
        "http_only": "NullableBool 7",
        "same_site": "RpcHttpCookie.SameSite 8",
        "max_age": "NullableDouble 9",
    },
    "NullableString": {"value": "string 1 string"},
    "NullableBool": {"value": "bool 1 bool"},
    "NullableDouble": {"value": "double 1 double"},
    "NullableTimestamp": {},
    "RpcLog": {"invocation_id": "string 1", "category": "string 2", "level": "RpcLog.Level 3", "message": "string 4"},
}


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="worker.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for owner, values in _ENUMS.items():
            if owner.startswith(f"{name}."):
                enum = message.enum_type.add(name=owner.removeprefix(f"{name}."))
                for number, value in enumerate(values):
                    enum.value.add(name=value, number=number)
        for field, described in fields.items():
            _add(message, field, *described.split())
    return file


def _add(message: Any, name: str, kind: str, number: str, group: str | None = None) -> None:
    field = message.field.add(name=name, number=int(number), label=_Field.LABEL_OPTIONAL)
    if kind[0] in "{[":
        field.label = _Field.LABEL_REPEATED
    if kind.startswith("{"):
        entry = message.nested_type.add(name=f"{name.title().replace('_', '')}Entry")
        entry.options.map_entry = True
        _add(entry, "key", "string", "1")
        _add(entry, "value", kind.strip("{}"), "2")
        kind = f"{message.name}.{entry.name}"
    _give_type(field, kind.strip("[]"))
    if group:
        groups = [each.name for each in message.oneof_decl]
        if group not in groups:
            message.oneof_decl.add(name=group)
            groups.append(group)
        field.oneof_index = groups.index(group)


def _give_type(field: Any, kind: str) -> None:
    scalar = getattr(_Field, f"TYPE_{kind.upper()}", None)
    if scalar is not None:
        field.type = scalar
        return
    field.type = _Field.TYPE_ENUM if kind in _ENUMS else _Field.TYPE_MESSAGE
    field.type_name = f".{_PACKAGE}.{kind}"


def _classes() -> dict[str, Any]:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_file())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in _MESSAGES
    }


class Protos:
    """The classes as attributes of one object, as Microsoft's runtime expects them."""

    def __init__(self) -> None:
        vars(self).update(_classes())

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"The protocol's table has no message '{name}'.")


protos: Any = Protos()

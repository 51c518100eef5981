"""Real-time Customer Profiles: `app` is the FunctionApp that Azure Functions and the local host serve."""

from function_app.api.dispatch import create_app as _create_app
from function_app.bootstrap import OPERATIONS as _OPERATIONS
from function_app.bootstrap import get_runtime as _get_runtime

app = _create_app(_OPERATIONS, _get_runtime)

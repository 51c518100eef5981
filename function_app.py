"""Mark this folder as a Python function app; Azure Functions then imports the package `function_app` beside it."""

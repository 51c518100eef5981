"""The rules, by subject. Importing this package registers all of them, in this order."""

from importlib import import_module

SUBJECTS = (
    *("shapes", "metadata", "operations", "triggers", "webhooks", "paths", "parameters"),
    *("responses", "schemas", "values", "dynamic"),
    *("brand", "connections", "policies", "readme"),  # files beside the swagger
)

for _subject in SUBJECTS:
    import_module(f"{__name__}.{_subject}")

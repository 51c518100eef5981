"""The generator of the connector's definition, and the copy of the released one."""

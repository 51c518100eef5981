"""The linter: rules for the files of a connector, and the command that checks them.

Read in this order: `check` (the command), `folder` (files), `document` (the input of rules: `node` is the swagger as
written, `operation` and `field` are the same with references followed), `rule` and `finding` (a rule and its result),
then `rules`, one module for each subject. `shape` lists the keys of the connector's swagger; another key is a finding.
`breaking` compares a definition with the released one.
"""

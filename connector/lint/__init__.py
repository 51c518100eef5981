"""The linter: rules that a connector's files keep, and the command that checks them.

Read in this order: `check` (the command), `folder` (files), `document` (what rules are given: `node` the swagger as
written, `operation` and `field` the same as used), `rule` and `finding` (what a rule is and returns), then `rules`,
one module for each subject. `shape` says which keys the connector's swagger holds: whatever else the generator comes
to emit is a finding until it is described there. `breaking` compares a definition with the released one.
"""

"""The rules a connector must keep, and the command that checks them."""

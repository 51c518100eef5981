"""Authentication: tokens of Microsoft Entra, their signing keys, and API keys."""

"""Who is calling: tokens of Microsoft Entra, their signing keys, and API keys."""

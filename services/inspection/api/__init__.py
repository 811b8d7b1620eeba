"""The HTTP API of inspection."""

"""Ears, mind and voice of the bot: what an engine is, and the engines."""

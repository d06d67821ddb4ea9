"""Engines that need neither a network nor a key."""

"""A conversation without any model: one script, from which all else is made."""

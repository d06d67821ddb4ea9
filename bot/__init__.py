"""A caller that is an AI."""

"""Bots and callers without a browser, in a process each: what a bot costs."""

"""Chaos: many callers, and a service whose parts are killed, paused, cut off and made to forget."""

"""A caller that is an AI. So far: the pure signaling that it shares with the page."""

"""Relay (TURN) credentials: providers, the pool that hands them out, and the probe that proves them."""

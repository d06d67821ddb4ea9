"""Real browsers, real coturn, real Valkey, the real server."""

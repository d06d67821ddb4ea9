"""Real Redis, real coturn, real sockets."""

"""The baseline of call set-up: a page with a plain cold trickle call, and the WebSocket that its two ends meet on."""

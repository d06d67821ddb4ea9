"""The door: sessions, relay credentials, the queue's socket, the realtime hub and the page."""

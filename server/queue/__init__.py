"""The queue's socket: one caller's way from hello to goodbye."""

"""One call's conversation: the thin shell around the turn machine; `conversation` is the entrance."""

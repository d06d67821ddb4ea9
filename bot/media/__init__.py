"""Sound on its way in and out: Opus, playout, capture."""

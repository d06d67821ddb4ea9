"""One long call, watched."""

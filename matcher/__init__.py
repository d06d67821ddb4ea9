"""The core: the words every process shares, and the waiting room."""

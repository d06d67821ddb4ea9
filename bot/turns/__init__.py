"""Turn-taking: who speaks, when a turn is over, and what happens when both do. Pure; `machine` is the entrance."""

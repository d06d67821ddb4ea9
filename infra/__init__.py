"""Set-up, start and checks of a checkout."""

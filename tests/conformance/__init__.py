"""Supabase's own client suites against the built-in hub: see `__main__`."""

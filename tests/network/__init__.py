"""Networks for tests: bad ones, and ones of our own."""

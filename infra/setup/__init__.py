"""Set-up of a checkout with nothing but the standard library: system packages, Python packages, the page."""

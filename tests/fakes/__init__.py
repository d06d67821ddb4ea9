"""Working doubles for what a test must hold still or cannot have."""

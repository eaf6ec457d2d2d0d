"""Programs of development, run from a checkout and not part of the distribution."""

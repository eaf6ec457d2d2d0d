"""Sphinx extensions of this documentation: what it shows is computed when it is built."""

"""A trained classifier of digits with max pooling, and what becomes of it when the pooling is replaced."""

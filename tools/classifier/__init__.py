"""A trained classifier of digits with max pooling, and what becomes of it when the pooling is replaced.

``python -m tools.classifier`` measures the tables of docs/classifier.md.
"""

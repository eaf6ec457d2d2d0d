"""Measurements of the library against named baselines, as ratios taken within one run: ``python -m benchmarks``."""

"""What other tools make of models with and without their MaxPools: ``python -m benchmarks.consumers``."""

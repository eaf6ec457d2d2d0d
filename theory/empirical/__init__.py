"""The empirical side: pooling of arrays, natural images, trained networks."""

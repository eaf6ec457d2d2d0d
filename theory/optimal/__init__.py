"""Finding the best estimator: exact exchange, normal equations, float routes, closed forms."""

"""Training experiments: whether training finds the optimal approximation of max pooling.

Networks with the hidden layers of one that computes an R-estimator, their widths scaled by mu, are trained from random
initialisation to approximate the maximum of d inputs, and their error is set against the optimal one (Matoba,
Dimitriadis, Fleuret, TMLR 2023, figures 2 to 4). Needs the extra ``train``: JAX and optax.
"""

"""Figures of the paper and of the new results, each drawn from what the library computes.

A figure is a module of :mod:`theory.figures.gallery` with a function that draws it, found by its place alone
(:mod:`theory.figures.registry`). Drawing functions take optional axes and return axes. Nothing here contains results:
errors come from the solver and the closed forms, sets of orders from sweeps that are kept in a folder
(:mod:`theory.figures.sweeps`).
"""

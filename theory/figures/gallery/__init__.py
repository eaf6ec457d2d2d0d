"""One module for each figure: its function, named by :func:`theory.figures.registry.figure`, draws what it computes.

Each takes axes, those of one's own or by default new ones, a sequence of them where the figure has several panels, and
keyword arguments that all have defaults. It returns the axes. Errors: ``InputError`` and its kinds for arguments that a
figure is not made for, ``StorageError`` where sweeps cannot be kept, ``MissingDependencyError`` without matplotlib.
"""

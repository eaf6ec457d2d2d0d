"""The commands, each a module: its name, what its docstring says, ``add`` for its options and ``run``.

``add`` takes a parser, ``run`` the parsed options, and returns the exit code.
"""

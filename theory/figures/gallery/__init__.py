"""One module for each figure. A module has a ``FIGURE``, and its name is the figure's, with hyphens."""

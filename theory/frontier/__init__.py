"""Every set of orders of a kernel size: exact errors, network sizes, and the best that a budget can buy."""

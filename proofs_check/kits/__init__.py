"""What several theorems share: fixed orders, growing orders, top sets, optima."""

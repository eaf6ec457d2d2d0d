"""Pooling on data: arrays, images and trained networks, on whatever device is at hand."""

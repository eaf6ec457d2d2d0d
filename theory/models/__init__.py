"""Models in ONNX: read and written, walked, run, and what is known of their values and of the windows of pooling."""

"""Models with MaxPool nodes for the tests of the rewriting, and onnxruntime as the judge of both."""

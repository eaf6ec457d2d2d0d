"""MaxPool taken out of ONNX models: exactly in few ReLUs or few layers, or approximately with a certified error."""

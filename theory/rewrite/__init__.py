"""MaxPool in ONNX models: rewritten as ReLUs, with a certified deviation."""

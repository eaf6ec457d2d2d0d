"""The nine architectures with seeded weights."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import architectures
from theory.errors import InputError

pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


def _outputs(model, images):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (entry,) = session.get_inputs()
    return np.stack([session.run(None, {entry.name: image[None]})[0].ravel() for image in images])


@pytest.mark.parametrize("name", ["squeezenet", "shufflenet", "inception_v1"])
def test_the_top_class_varies_and_activations_are_sane(name):
    values = _outputs(architectures.load(name), architectures.images(6, seed=3))
    assert values.shape == (6, 1000)
    assert np.isfinite(values).all()
    assert len(set(values.argmax(1))) >= 4


def test_the_seed_decides():
    first, again, other = (
        {t.name: t.raw_data for t in architectures.load("squeezenet", seed=s).graph.initializer} for s in (0, 0, 1)
    )
    # The last layer is scaled by what a runtime computed, which may depend on the number of its threads.
    assert [first[name] == again[name] for name in first].count(False) <= 2
    assert first["conv1_w_0"] != other["conv1_w_0"]


def test_all_nine_are_known_and_an_unknown_name_is_refused():
    assert len(architectures.names()) == 9
    with pytest.raises(InputError, match="there is no 'lenet'"):
        architectures.load("lenet")

"""hls4ml for Vivado, simulated in C++: outputs in both ways of handing values on, with 16 bits after the point."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from common import answer, deviation

PRECISION = "fixed<32,16>"


def _probe(model, x, y, job):
    if job.get("brief"):
        return _simulated(model, x, y, "brief")
    ways = {way: _simulated(model, x, y, way) for way in ("io_stream", "io_parallel")}
    told = {"ways": ways}
    taken = [way["deviation"] for way in ways.values() if "deviation" in way]
    if not taken:
        return told | {"refused": ways["io_stream"]["refused"]}
    return told


def _simulated(model, x, y, way):
    # In a process of its own: what is generated ends it by an assertion.
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/x.npy", x)
        done = subprocess.run(
            [sys.executable, __file__, model, way, folder],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"KERAS_BACKEND": "torch"},
        )
        if done.returncode == 0 and way == "brief":
            return {}
        if done.returncode == 0:
            return {"deviation": deviation(np.load(f"{folder}/z.npy"), y)}
    said = [line for line in done.stderr.splitlines() if re.search(r"Error|Exception|Assertion|error:", line)]
    return {"refused": (said or ["no answer"])[-1].replace(folder, "")}


def _simulate(model, way, folder):
    import hls4ml
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.transformation.channels_last import ConvertToChannelsLastAndClean
    from qonnx.transformation.gemm_to_matmul import GemmToMatMul
    from qonnx.util.cleanup import cleanup_model

    x = np.load(f"{folder}/x.npy")
    wrapped = cleanup_model(ModelWrapper(model))
    wrapped.set_tensor_shape(wrapped.graph.input[0].name, list(x.shape))
    wrapped = cleanup_model(wrapped)
    for step in (ConvertToChannelsLastAndClean(make_input_channels_last=True), GemmToMatMul()):
        wrapped = cleanup_model(wrapped.transform(step))
    settings = hls4ml.utils.config.config_from_onnx_model(
        wrapped, granularity="model", default_precision=PRECISION, backend="Vivado"
    )
    project = hls4ml.converters.convert_from_onnx_model(
        wrapped,
        output_dir=folder,
        io_type="io_stream" if way == "brief" else way,
        backend="Vivado",
        hls_config=settings,
    )
    if way == "brief":
        project.write()
        return
    # Optimisation takes minutes and changes no number.
    project.write()
    script = Path(folder) / "build_lib.sh"
    script.write_text(script.read_text().replace("-O3", "-O0"))
    project._compile()
    np.save(f"{folder}/z.npy", project.predict(np.ascontiguousarray(x.transpose(0, 2, 3, 1))))


if len(sys.argv) == 4:
    _simulate(*sys.argv[1:])
else:
    answer(_probe)

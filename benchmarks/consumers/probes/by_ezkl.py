"""ezkl: a circuit with its own settings, calibrated for few resources; outputs of the witness, and rows."""

import json
import os
import tempfile

import ezkl
from common import answer, deviation


def _probe(model, x, y):
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("input.json", "w", encoding="utf-8") as file:
            json.dump({"input_data": [x.ravel().tolist()]}, file)
        arguments = ezkl.PyRunArgs()
        arguments.variables = [("batch_size", 1)]
        ezkl.gen_settings(model, "settings.json", py_run_args=arguments)
        ezkl.calibrate_settings("input.json", model, "settings.json", "resources")
        ezkl.compile_circuit(model, "circuit", "settings.json")
        ezkl.gen_witness("input.json", "circuit", "witness.json")
        with open("settings.json", encoding="utf-8") as file:
            settings = json.load(file)
        with open("witness.json", encoding="utf-8") as file:
            outputs = json.load(file)["pretty_elements"]["rescaled_outputs"][0]
        os.chdir("/")
    return {
        "deviation": deviation([float(value) for value in outputs], y),
        "cost": {"rows": settings["num_rows"]},
    }


answer(_probe)

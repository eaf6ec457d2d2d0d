"""Pictures of every mode with their right values, by whatever command they are read."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest
from PIL import Image

from tests.campaigns import campaign, tries
from theory.cli import main
from theory.empirical.images import load_pictures
from theory.errors import InputError

HEIGHT, WIDTH = 5, 7


def _numbers(draw, *bands, levels=256, kind=np.uint8):
    return np.random.default_rng([draw, len(bands)]).integers(0, levels, (HEIGHT, WIDTH, *bands)).astype(kind)


def made(mode, array):
    """Make a picture in one of Pillow's modes of the bytes of an array."""
    return Image.frombytes(mode, (WIDTH, HEIGHT), np.ascontiguousarray(array).tobytes())


INDICES, COLOURS = _numbers(0, levels=16), np.random.default_rng(9).integers(0, 256, (16, 3)).astype(np.uint8)


def palette(**info):
    """Make a picture of sixteen colours, and say what is transparent."""
    picture = made("P", INDICES)
    picture.putpalette(COLOURS.tobytes())
    picture.info.update(info)
    return picture


def palette_with_alpha():
    # Pillow makes these of pictures with a palette; there is no other way to one.
    picture = palette().convert("PA")
    picture.putalpha(made("L", _numbers(0)))
    return picture


def coded(colours):
    """Return YCbCr as JFIF has it, of red, green and blue in [0,1]."""
    brightness = colours @ [0.299, 0.587, 0.114]
    blue, red = (128 / 255 + (colours[..., i] - brightness) / (2 - 2 * w) for i, w in ((2, 0.114), (0, 0.299)))
    return np.rint(255 * np.stack([brightness, blue, red], axis=-1)).clip(0, 255).astype(np.uint8)


def modes(draw=0):
    """Yield a name, a picture, the ending of a file that keeps its mode, and what it shows: 0 is black, 1 is white."""
    numbers = partial(_numbers, draw)
    bits = numbers(levels=2).astype(bool)
    yield "1", Image.fromarray(bits), "png", bits.astype(float)
    yield "L", made("L", numbers()), "png", numbers() / 255
    yield "LA", made("LA", numbers(2)), "png", numbers(2)[..., 0] / 255
    yield "RGB", made("RGB", numbers(3)), "png", numbers(3) / 255
    yield "RGBA", made("RGBA", numbers(4)), "png", numbers(4)[..., :3] / 255
    yield "P", palette(), "png", COLOURS[INDICES] / 255
    yield "P, one transparent", palette(transparency=3), "png", COLOURS[INDICES] / 255
    yield "P, half transparent", palette(transparency=bytes(range(0, 160, 10))), "png", COLOURS[INDICES] / 255
    yield "P, animated", palette(transparency=3), "gif", COLOURS[INDICES] / 255
    yield "PA", palette_with_alpha(), "tiff", COLOURS[INDICES] / 255
    paper = 1 - numbers(4) / 255
    yield "CMYK", made("CMYK", numbers(4)), "tiff", paper[..., :3] * paper[..., 3:]
    colours = 0.2 + 0.6 * numbers(3) / 255
    yield "YCbCr", made("YCbCr", coded(colours)), "tiff", colours
    wide = numbers(levels=1 << 16, kind=np.uint16)
    yield "I;16", made("I;16", wide.astype("<u2")), "png", wide / 65535
    yield "I;16, little end first", made("I;16", wide.astype("<u2")), "tiff", wide / 65535
    yield "I;16B, big end first", made("I;16B", wide.astype(">u2")), "tiff", wide / 65535
    yield "I", Image.fromarray(wide.astype(np.int32)), "tiff", wide / 65535
    yield "F", Image.fromarray((wide / 65535).astype(np.float32)), "tiff", wide / 65535


MODES = list(modes())


@pytest.mark.parametrize(("name", "picture", "ending", "shown"), MODES, ids=[mode[0] for mode in MODES])
def test_every_mode_is_read_as_what_it_shows(tmp_path, name, picture, ending, shown):
    _check_shown(tmp_path, name, picture, ending, shown)


@campaign
def test_drawn_pictures_are_read_as_what_they_show(tmp_path):
    for draw in range(1, 1 + tries(5)):
        for mode in modes(draw):
            _check_shown(tmp_path, *mode)


def _check_shown(tmp_path, name, picture, ending, shown):
    path = tmp_path / f"x.{ending}"
    picture.save(path)
    with Image.open(path) as opened:
        assert opened.mode == name.partition(",")[0], "the file keeps the mode"
    (read,) = load_pictures([path])
    expected = np.moveaxis(np.atleast_3d(shown), -1, 0)
    assert read.pixels.shape == expected.shape
    # Other colour spaces are rounded to bytes, there and back.
    tolerance = 3 / 255 if name in ("CMYK", "YCbCr") else 1e-7
    assert np.abs((read.pixels - read.low) / (read.high - read.low) - expected).max() <= tolerance


FEW = [mode for mode in MODES if mode[0] in ("LA", "P, one transparent", "I;16", "I;16B, big end first")]


@pytest.mark.parametrize(("name", "picture", "ending", "shown"), FEW, ids=[mode[0] for mode in FEW])
def test_models_are_given_what_the_picture_shows(tmp_path, name, picture, ending, shown):
    """By ``compare --images`` and by ``observe --model``, which have one reader."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    path, model = tmp_path / f"x.{ending}", tmp_path / "mean.onnx"
    picture.save(path)
    size = f"1, 1, {HEIGHT}, {WIDTH}"
    body = "p = MaxPool <kernel_shape = [1, 2]> (x) y = ReduceMean <keepdims = 0> (x)"
    text = f'<ir_version: 8, opset_import: ["": 17]> m (float[{size}] x) => (float y) {{{body}}}'
    onnx.save(onnx.parser.parse_model(text), model)
    # Luminance of sRGB's primaries (ITU-R BT.709).
    grey = shown if np.ndim(shown) == 2 else shown @ [0.2125, 0.7154, 0.0721]
    row = compared(["compare", str(model), str(model), "--images", str(path), "--json"])
    assert row["outputs"][0]["size"] == pytest.approx(np.mean(grey), abs=3e-3)
    (pool,) = compared(["observe", str(path), "--model", str(model), "--json"])["pools"]
    assert [pool["smallest_input"], pool["largest_input"]] == pytest.approx([np.min(grey), np.max(grey)], abs=8e-3)


def compared(arguments):
    from contextlib import redirect_stdout
    from io import StringIO

    with redirect_stdout(StringIO()) as out:
        assert main(arguments) == 0
    return json.loads(out.getvalue())


def test_numbers_of_no_known_scale_are_refused(tmp_path):
    Image.fromarray(np.array([[0, 70000]], dtype=np.int32)).save(tmp_path / "x.tiff")
    with pytest.raises(InputError, match="grey values have up to 16 bits, but these go from 0 to 70000"):
        load_pictures([tmp_path / "x.tiff"])[0]

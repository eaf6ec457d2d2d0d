"""The page docs/consumers.md from the answers of the tools; all figures on it are theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from benchmarks.consumers.cases import CASES
from benchmarks.consumers.prose import CLOSING, INTRODUCTION, VERDICTS
from benchmarks.consumers.tools import TOOLS, Tool
from theory.rewrite.presets import PRESETS

_LONGEST = 160
"""Characters of a refusal that are shown."""


def page(results: Mapping[str, Any]) -> str:
    """Return the page: what each tool is worth rewriting for, then a table for each."""
    known = {
        name: tool
        for name, tool in TOOLS.items()
        if any(results.get(name, {}).get(key) for key in ("answers", "skipped"))
    }
    parts = [INTRODUCTION, _summary(known, results)]
    parts += [_section(name, tool, results[name]) for name, tool in known.items()]
    if unasked := [tool.title for name, tool in TOOLS.items() if name not in known]:
        parts.append(f"## Not asked\n\nOf these no answers are stored: {', '.join(unasked)}.")
    return "\n\n".join([*parts, CLOSING]) + "\n"


def accepted(tool: Tool, answer: Mapping[str, Any]) -> bool:
    """Return whether a tool took a model and gave what onnxruntime does, up to its own precision; {} is none."""
    deviations = [way.get("deviation", float("nan")) for way in answer.get("ways", {"": answer}).values()]
    return any(deviation <= tool.tolerance for deviation in deviations)


def _summary(tools: Mapping[str, Tool], results: Mapping[str, Any]) -> str:
    rows = []
    for name, tool in tools.items():
        if "skipped" in results[name]:
            rows.append((tool.title, "-", "-", "-", "could not be installed"))
            continue
        answers, opsets = results[name].get("answers", {}), results[name].get("opsets", [])
        own, best = (_count(tool, answers, variant) for variant in (tool.variants[0], tool.suits))
        taken = f"{min(opsets)} to {max(opsets)}" if len(opsets) > 1 else ", ".join(map(str, opsets or "-"))
        title = f"[{tool.title}](#{_anchor(tool)}) {results[name]['version']}"
        row = (title, taken, own, f"{best}, {tool.suits}", VERDICTS[name][0])
        rows.append(row)
    return _table(("tool", "opsets tried", "right with its own MaxPool", "right rewritten", "rewrite?"), rows)


def _count(tool: Tool, answers: Mapping[str, Any], variant: str) -> str:
    asked = [answers[case][variant] for case in CASES if variant in answers.get(case, {})]
    return f"{sum(accepted(tool, answer) for answer in asked)} of {len(asked)}"


def _section(name: str, tool: Tool, result: Mapping[str, Any]) -> str:
    lines = [f"## {tool.title}", VERDICTS[name][1]]
    if "skipped" in result:
        return "\n\n".join([*lines, f"Not tried: {_words(result['skipped'])}"])
    if name in PRESETS:
        lines.append(f"`--for {name}`: {_preset(name)}")
    words: list[str] = []
    rows = [
        (
            case.title,
            *(_cell(tool, result.get("answers", {}).get(key, {}).get(variant, {}), words) for variant in tool.variants),
        )
        for key, case in CASES.items()
    ]
    lines.append(f"Cells: {tool.measures}.")
    lines.append(_table(("", *tool.variants), rows))
    if words:
        lines.append("\n".join(f"{number}. `{text}`" for number, text in enumerate(words, 1)))
    return "\n\n".join(lines)


def _preset(name: str) -> str:
    preset = PRESETS[name]
    flags = [f"--{key}" if value is True else f"--{key} {value}" for key, value in preset.options.items()]
    text = f"`{' '.join(flags)}`" if flags else "the defaults"
    if preset.own is None:
        return f"{text}."
    traits = ", ".join(sorted(preset.own)) or "none of the traits overlapping, padded, dilated"
    return (
        f"{text}. A MaxPool stays, in normal form, where its windows have {'at most: ' if preset.own else ''}{traits}."
    )


def _cell(tool: Tool, answer: Mapping[str, Any], words: list[str]) -> str:
    if not answer:
        return "-"
    if "ways" in answer:
        return "; ".join(f"{way}: {_cell(tool, one, words)}" for way, one in answer["ways"].items())
    refused = answer.get("refused")
    if refused is not None:
        text = _words(refused)
        if text not in words:
            words.append(text)
        return f"refused ({words.index(text) + 1})"
    told = answer["deviation"]
    right = f"{told:.0e}" if isfinite(told) and told <= tool.tolerance else f"**wrong by {told:.2g}**"
    return "; ".join(
        [
            right,
            *(
                f"{key} {_number(value)}"
                for key, value in sorted(answer.get("cost", {}).items(), key=lambda pair: (len(pair[0]), pair[0]))
            ),
        ]
    )


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"


def _words(text: str) -> str:
    """Return a tool's words as they may stand in a page: one line, no markup, none of this machine's addresses."""
    line = re.sub(r" at 0x[0-9a-f]+", "", " ".join(text.replace("`", "'").split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    cells = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(part.replace('|', '/') for part in row)} |" for row in cells)


def _anchor(tool: Tool) -> str:
    return "".join(c if c.isalnum() else "-" if c in " -" else "_" if c == "_" else "" for c in tool.title.lower())

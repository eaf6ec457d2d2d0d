"""Exact solvers that others wrote, run on the same programs as files: QSopt_ex, ``glpsol --exact``, SCIP's exact mode.

Each runs as a program of its own, so that its time includes its start and the reading of the file, milliseconds both.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.memory import Ran, run_alone
from theory.subpools import vertex_features
from theory.targets import MAXIMUM, TargetLike, find_target


@dataclass(frozen=True)
class Answer:
    """What a solver made of a program: its least error if it gave one, else why not; seconds and memory."""

    error: Fraction | None
    why: str
    ran: Ran | None = None


def linear_program(
    kernel_size: int,
    orders: Sequence[int],
    target: TargetLike = MAXIMUM,
    number: Callable[[Fraction], str] = str,
) -> str:
    """Write in the LP format of CPLEX: minimise e subject to |target - f| <= e at the 0/1 vectors.

    Parameters
    ----------
    number : callable
        Writes a coefficient: as a fraction, which QSopt_ex and SCIP read, or in decimals.

    Examples
    --------
    >>> print(linear_program(2, [0, 1]))
    Minimize
     error: e
    Subject To
     above0: 1 b0 + 1 b1 - e <= 1
     below0: 1 b0 + 1 b1 + e >= 1
     above1: 1 b0 + 1/2 b1 - e <= 1
     below1: 1 b0 + 1/2 b1 + e >= 1
     above2: 1 b0 - e <= 0
     below2: 1 b0 + e >= 0
    Bounds
     b0 free
     b1 free
    End
    """
    lines = ["Minimize", " error: e", "Subject To"]
    features = vertex_features(kernel_size, list(orders))
    for z, (row, value) in enumerate(zip(features, find_target(target, kernel_size).values, strict=True)):
        terms = " + ".join(f"{number(phi)} b{r}" for r, phi in zip(orders, row, strict=True) if phi)
        lines.append(f" above{z}: {terms} - e <= {number(value)}".replace(":  -", ": -"))
        lines.append(f" below{z}: {f'{terms} + ' if terms else ''}e >= {number(value)}")
    return "\n".join([*lines, "Bounds", *(f" b{r} free" for r in orders), "End"])


def decimals(value: Fraction) -> str:
    """Write the nearest float: all that GLPK reads."""
    return repr(float(value))


def qsopt(kernel_size: int, orders: Sequence[int], target: TargetLike, limit: float) -> Answer:
    """Solve with QSopt_ex, in rationals from file to answer."""
    if shutil.which("esolver") is None:
        return Answer(None, "not installed")
    with TemporaryDirectory() as name:
        program, solution = Path(name) / "program.lp", Path(name) / "solution.sol"
        program.write_text(linear_program(kernel_size, orders, target) + "\n", encoding="ascii")
        ran = run_alone(["esolver", "-L", "-O", str(solution), str(program)], limit)
        return _answer(ran, limit, list(_values(solution, "Value =")))


def glpk(kernel_size: int, orders: Sequence[int], target: TargetLike, limit: float) -> Answer:
    """Solve with GLPK's exact simplex method, which reads and writes floats."""
    if shutil.which("glpsol") is None:
        return Answer(None, "not installed")
    with TemporaryDirectory() as name:
        program, solution = Path(name) / "program.lp", Path(name) / "solution.txt"
        program.write_text(linear_program(kernel_size, orders, target, decimals) + "\n", encoding="ascii")
        ran = run_alone(["glpsol", "--exact", "--lp", str(program), "--write", str(solution)], limit)
        # "s bas ROWS COLUMNS PRIMAL DUAL OBJECTIVE", the statuses "f" where they are proved feasible.
        found = [line.split() for line in _values(solution, "s bas ")]
        return _answer(ran, limit, [words[-1] for words in found if words[-3:-1] == ["f", "f"]])


_SCIP = """
import sys
from pyscipopt import Model
model = Model()
model.enableExactSolving(True)
model.readProblem(sys.argv[1])
model.optimize()
with open(sys.argv[2], "w") as solution:
    print("Value =", repr(model.getObjVal()), file=solution)
"""


def scip(kernel_size: int, orders: Sequence[int], target: TargetLike, limit: float) -> Answer:
    """Solve with SCIP in its exact mode, through PySCIPOpt, which hands the value over as a float."""
    if find_spec("pyscipopt") is None:
        return Answer(None, "not installed")
    with TemporaryDirectory() as name:
        program, solution = Path(name) / "program.lp", Path(name) / "solution.txt"
        program.write_text(linear_program(kernel_size, orders, target) + "\n", encoding="ascii")
        ran = run_alone([sys.executable, "-c", _SCIP, str(program), str(solution)], limit)
        return _answer(ran, limit, list(_values(solution, "Value =")))


def _values(solution: Path, beginning: str) -> Iterator[str]:
    if solution.exists():
        for line in solution.read_text(encoding="ascii").splitlines():
            if line.strip().startswith(beginning):
                yield line.strip().removeprefix(beginning).strip()


def _answer(ran: Ran, limit: float, values: list[str]) -> Answer:
    if ran.seconds >= limit:
        return Answer(None, f"no answer within {limit:g} s", ran)
    if ran.code or not values:
        return Answer(None, "fails", ran)
    return Answer(Fraction(values[0]), "", ran)


SOLVERS: dict[str, Callable[[int, Sequence[int], TargetLike, float], Answer]] = {
    "QSopt_ex": qsopt,
    "GLPK, exact": glpk,
    "SCIP, exact": scip,
}

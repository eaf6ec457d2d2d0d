r"""Two hidden layers for the maximum of any number of inputs: the terms, by the closed formula or fewer.

For one input q and the others V = {v},

    x_q - min(x) = sum over F of c_F |g_F(x)|,    g_F(x) = sum over the arcs v -> u of F of sigma_v relu(x_u - x_v),

where F runs over the signed in-forests (each v in V has at most one outgoing arc, q none, no cycle), up to sign. As
max(x) = -min(-x) and |g| = 2 relu(g) - g, this is a network with two hidden layers. The theorem, with two proofs, is
the project's; docs/theory/two-layers.md tells it.

**The formula.** Let eps_v commute, eps_v^2 = 0, W_sigma(v, y) = e^(sigma relu(y - x_v)) - 1, and G_sigma[f](y) = sum_v
eps_v W_sigma(v, y) f(x_v), w_sigma = G_sigma[1], s = w_+ + w_-, h = w_+ f - G_+[f], A f = w_- h + G_+[h]. Then

    sum over F of c_F e^(g_F) = sum_{M, r} (-1)^r / ((M + 1) (M + r + 1)!) [u^r] (s + u A)^M s  at y = x_q, eps_v = 1,

F and -F counted apart and halved. Every f here is a sum over all ways to name the vertices of rooted trees by different
v in V, so it is kept by trees without names: a product joins two trees at their roots, for eps_v^2 = 0, and G_sigma
puts an arc below the root.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import combinations, count, permutations
from math import comb, factorial, floor, log10, perm, prod
from typing import Any, TypeAlias

from theory.errors import InputError, ProblemTooLargeError
from theory.networks.circuit import Vector, combine
from theory.networks.network import Domain, ReLUNetwork, check_domain, network_from_rows
from theory.notation import check_kernel_size
from theory.work import Work, as_float, readable

_Tree: TypeAlias = "tuple[tuple[int, _Tree], ...]"
"""The subtrees below a root, each with the sign of the arc to the root; sorted."""
_Forest: TypeAlias = tuple[_Tree, tuple[_Tree, ...]]
"""The tree of q, and the other trees that have arcs."""
Arc: TypeAlias = tuple[int, int, int]
"""v, u and sigma: the term sigma relu(x_u - x_v)."""
_Sum = dict[Any, Fraction]
"""Trees or forests with their coefficients, each standing for the sum over all ways to name its vertices."""

_FEWER = (5, 6, 7)
"""Kernel sizes for which fewer terms are known: the support of an exact solution, by reweighted l1."""

_Expansion: TypeAlias = Counter[tuple[_Tree, tuple[_Tree, ...], int]]

LARGEST_NETWORK = 7
_COUNTED = 9
_READABLE = 12
"""More digits are not written out."""
_STEM: _Tree = ()


@dataclass(frozen=True)
class ForestTerm:
    """The sum of c |g| over the distinct images of a form g, up to sign, under the permutations of all inputs but q."""

    coefficient: Fraction
    arcs: tuple[Arc, ...]
    """Of one image; inputs are counted from 0, and q is the last."""
    images: int

    @property
    def bends(self) -> bool:
        """Whether g takes both signs, so that |g| is not linear in the units of the first layer."""
        return len({sign for *_, sign in self.arcs}) == 2

    def forms(self, kernel_size: int) -> Iterator[tuple[Arc, ...]]:
        """Yield the arcs of each image once, of F and -F one."""
        seen = set()
        for names in permutations(range(kernel_size - 1)):
            place = (*names, kernel_size - 1)
            image = frozenset((place[v], place[u], sign) for v, u, sign in self.arcs)
            if image not in seen:
                seen.add(image)
                seen.add(frozenset((v, u, -sign) for v, u, sign in image))
                yield tuple(sorted(image))


def two_layer_terms(kernel_size: int, *, fewer: bool = False) -> tuple[ForestTerm, ...]:
    """Return the terms whose sum is x_q - min(x), for q the last input; ``fewer`` are known for 5, 6 and 7 inputs.

    The number of terms triples with each input more: 0.2 s for 8, 20 s for 11, 3 min and 3 GiB for 12.

    >>> for term in two_layer_terms(3):
    ...     print(term)
    ForestTerm(coefficient=Fraction(1, 2), arcs=((0, 2, -1), (1, 2, 1)), images=1)
    ForestTerm(coefficient=Fraction(1, 2), arcs=((0, 2, 1), (1, 2, 1)), images=1)
    >>> [sum(term.images for term in two_layer_terms(n)) for n in range(2, 9)]
    [1, 2, 76, 664, 12786, 193814, 4050250]
    """
    n = check_kernel_size(kernel_size)
    if fewer:
        return _stored(n)
    _two_layer_work(n).check_memory()
    total: _Sum = {}
    for tree, c in _trees(n - 1).items():
        for (at_q, others, alone), d in _expanded(tree).items():
            used = _size(tree) - alone
            _add(total, (at_q, others), c * d * perm(n - 1 - used, alone))
    return tuple(_terms(n - 1, total))


def two_layer_bound(kernel_size: int) -> int:
    """Return (3 (2n + 1)^(n - 2) - 1) / 2, the number of signed in-forests with an arc, up to sign.

    By the matrix-tree theorem: the determinant of (2n + 1) I - 2 J with n - 1 rows counts them all.
    """
    n = check_kernel_size(kernel_size)
    forests: int = 3 * (2 * n + 1) ** (n - 2)
    return (forests - 1) // 2


def _two_layer_work(kernel_size: int) -> Work:
    """Estimate what it takes to expand the closed formula."""
    n = as_float(check_kernel_size(kernel_size))
    more = min(n - 12, 300.0)
    what = f"finding the terms of {readable(kernel_size)} inputs in two layers"
    return Work(what, seconds=140 * 5.5**more, memory=2.7e9 * 4.2**more)


# --- the formula ----------------------------------------------------------------------------------------------------


def _trees(most: int) -> _Sum:
    """Return the right side of the formula for ``most`` vertices beside q, in products of W."""
    plus: _Sum = {((1, _STEM),): Fraction(1)}
    minus: _Sum = {((-1, _STEM),): Fraction(1)}
    s = {**plus, **minus}

    def adjoint(f: _Sum) -> _Sum:
        h = _joined(plus, f, most)
        _extend(h, _grafted(f, most), Fraction(-1))
        found = _joined(minus, h, most)
        _extend(found, _grafted(h, most))
        return found

    total: _Sum = {}
    power = {0: s}  # (s + u A)^M s, by the power of u
    for m in range(most):
        for r, f in power.items():
            _extend(total, f, Fraction((-1) ** r, (m + 1) * factorial(m + r + 1)))
        following: dict[int, _Sum] = {}
        for r, f in power.items():
            _extend(following.setdefault(r, {}), _joined(s, f, most))
            _extend(following.setdefault(r + 1, {}), adjoint(f))
        power = {r: f for r, f in following.items() if f}
    return total


def _joined(a: _Sum, b: _Sum, most: int) -> _Sum:
    total: _Sum = {}
    for left, c in a.items():
        for right, d in b.items():
            if _size(left) + _size(right) <= most:
                _add(total, tuple(sorted(left + right)), c * d)
    return total


def _grafted(f: _Sum, most: int) -> _Sum:
    """Return G_+[f]."""
    return {((1, tree),): c for tree, c in f.items() if _size(tree) < most}


def _extend(total: _Sum, more: _Sum, factor: Fraction = Fraction(1)) -> None:
    for key, c in more.items():
        _add(total, key, factor * c)


def _add(total: _Sum, key: Any, c: Fraction) -> None:
    c += total.pop(key, Fraction(0))
    if c:
        total[key] = c


@cache
def _size(tree: _Tree) -> int:
    """Count the vertices below the root."""
    return sum(1 + _size(below) for _, below in tree)


@cache
def _expanded(tree: _Tree) -> _Expansion:
    """Multiply out the W = e^.. - 1: the trees that are left, that of the root first, and how many vertices alone."""
    total: _Expansion = Counter({(_STEM, (), 0): 1})
    for sign, below in tree:
        longer: _Expansion = Counter()
        for (root, others, alone), c in total.items():
            for (top, more, single), d in _expanded(below).items():
                rest = tuple(sorted(others + more))
                longer[tuple(sorted((*root, (sign, top)))), rest, alone + single] += c * d
                cut = tuple(sorted((*rest, top))) if top else rest
                longer[root, cut, alone + single + (not top)] -= c * d
        total = Counter({key: c for key, c in longer.items() if c})
    return total


# --- from trees to terms --------------------------------------------------------------------------------------------


def _terms(most: int, total: _Sum) -> list[ForestTerm]:
    """Put F and -F together, and count the images of each."""
    found: dict[_Forest, Fraction] = {}
    for forest, c in total.items():
        if any(forest):
            _add(found, max(forest, _opposite(forest)), c / 2)
    terms = []
    for forest, c in sorted(found.items(), key=lambda item: (len(_arcs(item[0])), item[0])):
        at_q, others = forest
        symmetries = _symmetries(at_q) * prod(map(_symmetries, others)) * prod(map(factorial, Counter(others).values()))
        vertices = _size(at_q) + sum(1 + _size(tree) for tree in others)
        halves = 2 if forest == _opposite(forest) else 1
        arcs = tuple((v, most if u < 0 else u, sign) for v, u, sign in _arcs(forest))
        terms.append(ForestTerm(c * symmetries * halves, arcs, perm(most, vertices) // (symmetries * halves)))
    return terms


def _opposite(forest: _Forest) -> _Forest:
    at_q, others = forest
    return _negative(at_q), tuple(sorted(map(_negative, others)))


@cache
def _negative(tree: _Tree) -> _Tree:
    return tuple(sorted((-sign, _negative(below)) for sign, below in tree))


@cache
def _symmetries(tree: _Tree) -> int:
    alike = Counter(tree)
    return prod(factorial(times) * _symmetries(below) ** times for (_, below), times in alike.items())


def _arcs(forest: _Forest) -> list[Arc]:
    """Name the vertices from 0, and q -1."""
    arcs: list[Arc] = []
    names = count()

    def walk(tree: _Tree, root: int) -> None:
        for sign, below in tree:
            v = next(names)
            arcs.append((v, root, sign))
            walk(below, v)

    at_q, others = forest
    walk(at_q, -1)
    for tree in others:
        walk(tree, next(names))
    return arcs


def _stored(n: int) -> tuple[ForestTerm, ...]:
    if n not in _FEWER:
        raise InputError(f"fewer terms are known for {', '.join(map(str, _FEWER))} inputs, not for {n}")
    lines = (files("theory.networks") / "data" / f"two_layers_{n}.txt").read_text(encoding="ascii").splitlines()
    return tuple(_term(line) for line in lines if not line.startswith("#"))


def _term(line: str) -> ForestTerm:
    """Read ``c ; sigma(v>u) .. ; images``."""
    c, arcs, images = line.split(";")
    pairs = [(entry[0], entry[2:-1].split(">")) for entry in arcs.split()]
    return ForestTerm(
        Fraction(c), tuple((int(v), int(u), 1 if sign == "+" else -1) for sign, (v, u) in pairs), int(images)
    )


# --- the network ----------------------------------------------------------------------------------------------------


def two_layer_max_network(kernel_size: int, *, domain: Domain = "real") -> ReLUNetwork:
    """Build the maximum of up to seven inputs with two hidden layers, from the fewest terms that are known here.

    max(x) = x_q + sum of c |g(-x)|. The first layer has relu(x_a - x_b) for a < b, and relu(x_q - x_a), which make all
    differences linear, and carries x_q; the second has relu(g) for each |g| = 2 relu(g) - g that bends, and carries
    what is left, which is linear in the first.
    """
    n = check_kernel_size(kernel_size)
    two_layer_max_work(n).check_memory()
    first = _FirstLayer(n, domain)
    second: list[Vector] = []
    readout: Vector = {}
    linear = first.input
    for term in two_layer_terms(n, fewer=n in _FEWER):
        for arcs in term.forms(n):
            form = combine((sign, first.relu(v, u)) for v, u, sign in arcs)
            if term.bends:
                readout[len(second)] = 2 * term.coefficient
                second.append(form)
                linear = combine([(1, linear), (-term.coefficient, form)])
            else:
                linear = combine([(1, linear), (arcs[0][2] * term.coefficient, form)])
    for sign in (1, -1):
        readout[len(second)] = Fraction(sign)
        second.append(combine([(sign, linear)]))
    return network_from_rows(n, [(first.units, None), (second, None), ([readout], None)])


def two_layer_widths(kernel_size: int) -> tuple[int, int]:
    """Count the units of the maximum with two hidden layers, from the fewest terms here; more than 9 inputs: at most.

    >>> [two_layer_widths(n) for n in (5, 7, 9)]
    [(16, 291), (29, 56733), (46, 75551339)]
    >>> two_layer_widths(25)[1] > 10**39
    True
    """
    n = check_kernel_size(kernel_size)
    first = comb(n, 2) + n + 1
    if n > _COUNTED:
        return first, two_layer_bound(n) + 2
    return first, sum(term.images for term in two_layer_terms(n, fewer=n in _FEWER) if term.bends) + 2


def two_layer_max_work(kernel_size: int) -> Work:
    """Estimate what it takes to build the maximum with two hidden layers, or say that it is not built.

    Raises
    ------
    ProblemTooLargeError
    """
    n = check_kernel_size(kernel_size)
    if n > LARGEST_NETWORK:
        raise ProblemTooLargeError(
            f"with two hidden layers the maximum of {readable(n)} inputs is known to take {two_layer_units(n)} units "
            f"in the second one, or fewer; it is built for up to {LARGEST_NETWORK} inputs"
        )
    what = f"building the maximum of {n} inputs with two hidden layers"
    return Work(what, seconds=15 * 15.0 ** (n - LARGEST_NETWORK), memory=2e8 * 15.0 ** (n - LARGEST_NETWORK))


def two_layer_units(kernel_size: int) -> str:
    """Write for people how many units of the second layer are known to be enough; a long number by its size.

    >>> two_layer_units(9), two_layer_units(25), two_layer_units(10**6)
    ('75,551,339', 'about 10^39', 'about 10^6301017')
    """
    n = check_kernel_size(kernel_size)
    exponent = floor((n - 2) * log10(2 * n + 1) + log10(1.5))
    return f"{two_layer_widths(n)[1]:,}" if exponent < _READABLE else f"about 10^{exponent}"


def two_layer_proof_work(kernel_size: int) -> Work:
    """Estimate what it takes to prove the network of two layers: of up to six inputs it is small."""
    n = as_float(check_kernel_size(kernel_size))
    more = min(n - LARGEST_NETWORK, 80.0)
    what = f"proving the maximum of {readable(kernel_size)} inputs with two hidden layers"
    return Work(what) if more < 0 else Work(what, seconds=600 * 60**more, memory=8e9 * 60**more)


class _FirstLayer:
    """The units of the first layer, and what is linear in them."""

    def __init__(self, n: int, domain: Domain) -> None:
        self.units: list[dict[int, int]] = []
        self._place: dict[tuple[int, int], int] = {}
        for a, b in [*combinations(range(n), 2), *((n - 1, a) for a in range(n - 1))]:
            self._place[a, b] = len(self.units)
            self.units.append({a: 1, b: -1})
        self._last = n - 1
        self.input: Vector = {}
        for sign in (1, -1) if check_domain(domain) == "real" else (1,):
            self.input[len(self.units)] = Fraction(sign)
            self.units.append({n - 1: sign})

    def relu(self, a: int, b: int) -> Vector:
        """Return relu(x_a - x_b) = relu(x_b - x_a) + x_a - x_b."""
        if (a, b) in self._place:
            return {self._place[a, b]: Fraction(1)}
        return combine([(1, self.relu(b, a)), (1, self._from_last(a)), (-1, self._from_last(b))])

    def _from_last(self, a: int) -> Vector:
        """Return x_a - x_q."""
        if a == self._last:
            return {}
        return {self._place[a, self._last]: Fraction(1), self._place[self._last, a]: Fraction(-1)}

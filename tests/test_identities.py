"""The search for identities of the maximum, the check of what it finds, and its proofs that nothing is there."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product
from math import gcd

import numpy as np
import pytest

from theory.errors import InputError, KernelSizeError, ProblemTooLargeError
from theory.networks.circuit import Circuit
from theory.networks.exactness import prove_exact
from theory.networks.network import ReLUNetwork
from theory.networks.shallow import _FIVE, _SIX, MaxIdentity, ShallowMaxima, orbit
from tools.identities import NoIdentity, check_identity, search_max_identity
from tools.identities.__main__ import main
from tools.identities.library import candidate_types, generators
from tools.identities.text import write_identity


def network_of(identity: MaxIdentity, layers: int) -> ReLUNetwork:
    """The network whose last hidden layer are the ReLUs of the identity."""
    circuit = Circuit(identity.kernel_size)
    maxima = ShallowMaxima(circuit)
    return circuit.layered(identity.apply(circuit, lambda subset: maxima(subset, layers - 1)))


def library(kernel_size: int, atom_size: int, summands: int) -> set[tuple[int, ...]]:
    """List all A - B, up to sign and factor, as vectors over the subsets given by their bits: by brute force."""
    masks = [mask for mask in range(1, 1 << kernel_size) if mask.bit_count() <= atom_size]
    sums = list(combinations_with_replacement(masks, summands))
    found = set()
    for a, b in product(sums, repeat=2):
        vector = [0] * (1 << kernel_size)
        for mask in a:
            vector[mask] += 1
        for mask in b:
            vector[mask] -= 1
        if any(vector):
            divisor = gcd(*vector) * (1 if next(k for k in vector if k) > 0 else -1)
            found.add(tuple(k // divisor for k in vector))
    return found


@pytest.mark.parametrize(
    ("d", "atom_size", "summands"), [(2, 1, 1), (3, 1, 2), (3, 2, 2), (4, 2, 1), (4, 2, 2), (4, 3, 1), (5, 2, 2)]
)
def test_types_are_the_orbits_of_the_library(d, atom_size, summands):
    images: list[tuple[int, ...]] = []
    for form in candidate_types(d, atom_size, summands):
        vectors = set()
        for image in orbit(form, generators(d, "all")):
            vector = [0] * (1 << d)
            for subset, k in image:
                vector[sum(1 << i for i in subset)] = k
            sign = 1 if next(k for k in vector if k) > 0 else -1
            vectors.add(tuple(sign * k for k in vector))
        images += vectors
    assert len(images) == len(set(images)), "two types of one orbit"
    assert set(images) == library(d, atom_size, summands)


def check_by_library(proof: NoIdentity) -> None:
    """Apply the multipliers to every term of the library, on all orders of the inputs."""
    d = proof.kernel_size
    orders = list(permutations(range(d)))

    def apply(vector: dict[int, int], *, relu: bool) -> Fraction:
        total = Fraction(0)
        for place in orders:
            largest = {mask: max(place[i] for i in range(d) if mask >> i & 1) for mask in vector}
            for ones in range(1, d + 1):
                at = sum(k for mask, k in vector.items() if largest[mask] >= d - ones)
                total += proof.values[ones] * (abs(at) if relu else at)
            if relu:
                gaps = [sum(k for mask, k in vector.items() if largest[mask] > gap) for gap in range(d - 1)]
                if min(gaps) < 0 < max(gaps):
                    divisor = gcd(*gaps) * (1 if next(g for g in gaps if g) > 0 else -1)
                    key = tuple(g // divisor for g in gaps)
                    total += proof.bends.get(key, Fraction(0)) * abs(divisor)
        return total / len(orders)

    for vector in library(d, proof.atom_size, proof.summands):
        assert apply({mask: k for mask, k in enumerate(vector) if k}, relu=True) == 0
    for mask in range(1, 1 << d):
        if mask.bit_count() <= proof.atom_size:
            assert apply({mask: 1}, relu=False) == 0
    assert apply({(1 << d) - 1: 1}, relu=False) == 1


@pytest.mark.parametrize(("d", "layers", "summands"), [(3, 1, 1), (3, 1, 2), (4, 1, 2), (5, 2, 1)])
def test_proof_that_there_is_none(d, layers, summands):
    proof = search_max_identity(d, layers, summands=summands)
    assert isinstance(proof, NoIdentity)
    assert f"y{d}" in str(proof)
    check_by_library(proof)


def test_a_wrong_proof_is_seen():
    proof = search_max_identity(3, 1)
    assert isinstance(proof, NoIdentity)
    for key in proof.bends:
        with pytest.raises(AssertionError):
            check_by_library(replace(proof, bends={**proof.bends, key: proof.bends[key] + 1}))


@pytest.mark.parametrize(
    ("d", "layers", "options"),
    [
        (2, 1, {}),
        (3, 2, {"summands": 1}),
        (4, 2, {"summands": 1}),
        (5, 2, {"symmetries": "cyclic", "rounds": 2}),
        (5, 2, {"symmetries": "all", "rounds": 1}),
        (6, 2, {"symmetries": "all", "rounds": 1}),
        (7, 3, {"summands": 1, "rounds": 1}),
    ],
)
def test_found_identities_hold(d, layers, options):
    identity = search_max_identity(d, layers, **options)
    assert isinstance(identity, MaxIdentity)
    check_identity(identity)
    network = network_of(identity, layers)
    assert network.hidden_layers <= layers
    rng = np.random.default_rng(d)
    for x in [[int(v) for v in row] for row in rng.integers(-5, 6, (40, d))]:
        assert network.evaluate_exact(x) == max(x)
    assert prove_exact(network, "max").status == "proved"


def test_five_with_few_terms():
    """Without symmetries, six ReLUs of pair maxima are enough; the network has no more units than the one kept."""
    identity = search_max_identity(5, 2, rounds=2)
    assert isinstance(identity, MaxIdentity)
    assert identity.units == _FIVE.units
    assert prove_exact(network_of(identity, 2), "max").status == "proved"


def test_equal_seeds_give_equal_identities():
    first, second, other = (
        search_max_identity(5, 2, symmetries="cyclic", rounds=1, rng=rng)
        for rng in (3, np.random.default_rng(3), np.random.default_rng(4))
    )
    assert first == second
    assert isinstance(other, MaxIdentity)


def test_seven_is_not_found_with_two_summands():
    proof = search_max_identity(7, 2)
    assert isinstance(proof, NoIdentity)
    assert proof.values[0] == 0


@pytest.mark.parametrize("identity", [_FIVE, _SIX])
def test_every_change_of_a_coefficient_is_seen(identity):
    for place, (c, form) in enumerate(identity.terms):
        for changed in [(c + Fraction(1, 1000), form), (-c, form)]:
            terms = (*identity.terms[:place], changed, *identity.terms[place + 1 :])
            with pytest.raises(InputError, match="not an identity"):
                check_identity(replace(identity, terms=terms))
    for place, (subset, r) in enumerate(identity.remainder):
        remainder = (*identity.remainder[:place], (subset, r + 1), *identity.remainder[place + 1 :])
        with pytest.raises(InputError, match="not an identity"):
            check_identity(replace(identity, remainder=remainder))


def test_other_wrong_identities_are_seen():
    with pytest.raises(InputError, match="changes when a number is added"):
        check_identity(replace(_FIVE, terms=((Fraction(1), (((0,), 1),)), *_FIVE.terms)))
    with pytest.raises(InputError, match="positions outside"):
        check_identity(replace(_FIVE, kernel_size=4))
    # The remainder moved between two pairs: the bends still cancel, the values do not.
    (first, r), (second, s) = _FIVE.remainder
    with pytest.raises(InputError, match="and the others 0"):
        check_identity(replace(_FIVE, remainder=((first, r + 1), (second, s - 1))))
    # Symmetries that the terms do not have.
    with pytest.raises(InputError, match="not an identity"):
        check_identity(replace(_FIVE, symmetries=generators(5, "cyclic")))


def test_bad_input():
    with pytest.raises(KernelSizeError):
        search_max_identity(1)
    with pytest.raises(InputError, match="integers >= 1"):
        search_max_identity(4, 0)
    with pytest.raises(InputError, match="the symmetries are"):
        generators(4, "square")
    with pytest.raises(ProblemTooLargeError, match="up to 9 numbers"):
        search_max_identity(10)


def test_symmetries_are_written_out():
    assert write_identity(_SIX).startswith("max(y1..y6) = 1/6 M12 + 1/6 M16 + 1/6 M23 ")
    assert "+ 1/6 sum of relu(M35 - M46)" in write_identity(_SIX)
    assert write_identity(_SIX).endswith("the group generated by (2, 3, 4, 5, 6, 1), (1, 6, 5, 4, 3, 2)")


def test_command_line(capsys):
    assert main(["4", "2", "--summands", "1"]) == 0
    assert capsys.readouterr().out.startswith("max(y1..y4) = ")
    assert main(["3", "1"]) == 1
    assert capsys.readouterr().out.startswith("no identity for max(y1..y3)")
    assert main(["1", "1"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("subpool: ")
    assert error.count("\n") == 1

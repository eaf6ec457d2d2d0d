"""The command ``python -m theory.networks.search``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from theory.errors import SubpoolError
from theory.networks.search.find import NoIdentity, search_max_identity
from theory.terminal import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``python -m theory.networks.search``: print an identity or the proof that there is none.

    Returns
    -------
    int
        0 if an identity was found, 1 if there is none in the library, 2 for bad input.
    """
    parser = argparse.ArgumentParser(
        prog="python -m theory.networks.search",
        description="Find the maximum of KERNEL numbers with LAYERS hidden layers as an exact combination of ReLUs.",
    )
    parser.add_argument("kernel", type=int, metavar="KERNEL")
    parser.add_argument("layers", type=int, metavar="LAYERS")
    parser.add_argument("--summands", type=int, default=2, help="maxima in A and in B of each relu(A - B) (default 2)")
    parser.add_argument("--symmetries", choices=("none", "cyclic", "dihedral", "all"), help="group of the identity")
    parser.add_argument("--rounds", type=int, default=6, help="starts of the search for few terms (default 6)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        result = search_max_identity(
            options.kernel,
            options.layers,
            summands=options.summands,
            symmetries=options.symmetries,
            rng=options.seed,
            rounds=options.rounds,
        )
    except SubpoolError as error:
        say(f"subpool: {error}", error=True)
        return 2
    say(f"{result}")
    return int(isinstance(result, NoIdentity))


if __name__ == "__main__":
    sys.exit(main())

"""Search for an identity of the maximum: ``python -m tools.identities KERNEL LAYERS``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from theory.errors import SubpoolError
from theory.terminal import say
from tools.identities.find import NoIdentity, search_max_identity
from tools.identities.text import write_identity


def main(arguments: Sequence[str] | None = None) -> int:
    """Print an identity (0), or the proof that there is none in the library (1); 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.identities",
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
    say(str(result) if isinstance(result, NoIdentity) else write_identity(result))
    return int(isinstance(result, NoIdentity))


if __name__ == "__main__":
    sys.exit(main())

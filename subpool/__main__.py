"""The command, as ``python -m subpool``."""

import sys

from theory.cli import main

if __name__ == "__main__":
    sys.exit(main())

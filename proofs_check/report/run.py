"""What a report says of the run that it comes from: program, date, commit, and what Coq's kernel has accepted."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proofs_check.coq import KernelRecord, kernel_record
from theory.errors import InputError
from theory.version import VERSION

_SECONDS_FOR_GIT = 10.0


@dataclass(frozen=True)
class Run:
    """Where and when a report was made: the program's version, the date in UTC, the commit, and what the kernel proved.

    The commit is that of the sources, where they lie in a repository; ``-dirty`` follows where files differ from it.
    """

    program: str
    date: str
    commit: str | None
    kernel: KernelRecord

    def to_dict(self) -> dict[str, Any]:
        """Return the run as a JSON object."""
        kernel = self.kernel
        return {
            "program": self.program,
            "date": self.date,
            "commit": self.commit,
            "kernel": {
                "coq": kernel.coq or None,
                "missing": kernel.missing or None,
                "theorems": [
                    {"theorem": t.name, "meaning": t.meaning, "assumptions": t.assumptions} for t in kernel.theorems
                ],
            },
        }


def this_run() -> Run:
    """Return what is to be said of a run now; the date is SOURCE_DATE_EPOCH, seconds since 1970, where this is set."""
    return Run(f"subpool {VERSION}", _date(), _commit_of(Path(__file__).resolve().parents[2]), kernel_record())


def _date() -> str:
    given = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        moment = datetime.now(UTC) if given is None else datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError):
        raise InputError(f"SOURCE_DATE_EPOCH is a number of seconds since 1970, not {given!r}") from None
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _commit_of(folder: Path) -> str | None:
    """Return the commit that is checked out in a folder, or None if the folder is no repository of its own.

    Installed packages may lie below the repository of somebody else: what is above the folder does not count.
    """
    if not (folder / ".git").exists():
        return None
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    # Variables such as GIT_DIR would name another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        found = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_SECONDS_FOR_GIT, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None if found.returncode == 0 else None

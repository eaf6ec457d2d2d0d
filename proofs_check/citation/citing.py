"""Citations of certificates that the independent checker accepts."""

from __future__ import annotations

import json
import os
import re
import shlex
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from proofs_check.certificates import WORK_LIMIT, Certified, CertifiedCombination, certify
from proofs_check.citation.blocks import Block, Listing, Prose, Section, to_latex, to_markdown, to_text
from proofs_check.citation.proof import Problem, proof, statement
from proofs_check.citation.subsets import CombinationProblem, proof_of_combination, statement_of_combination
from theory.rationals import to_string

_CANONICAL = (
    "the SHA-256 of the certificate as canonical JSON, in ASCII: no white space, the keys of every object sorted as"
    " strings, {orders}numbers in lowest terms, no dual weights that are 0"
)
_ENTRY = re.compile(r"^@\w+\{([\w:-]+),.*?^\}$", re.MULTILINE | re.DOTALL)


def bibtex() -> dict[str, str]:
    """Return the BibTeX entries of the software and of the paper whose theory it computes, by key.

    Examples
    --------
    >>> list(bibtex())
    ['subpool', 'matoba2023benefits']
    """
    source = files("proofs_check.citation").joinpath("subpool.bib").read_text(encoding="utf-8")
    return {match[1]: match[0] for match in _ENTRY.finditer(source)}


@dataclass(frozen=True, repr=False)
class Citation:
    """A certificate, accepted by the independent checker, as it stands in a paper.

    Attributes
    ----------
    certified : proofs_check.certificates.Certified or CertifiedCombination
        What was checked: the problem, the least error, the hash, and the canonical form that is hashed.
    file : str
        Name of the certificate's file.
    """

    certified: Certified | CertifiedCombination
    file: str
    _statement: tuple[Block, ...]
    _proof: tuple[Block, ...]

    def __repr__(self) -> str:
        return f"Citation({self.certified})"

    @property
    def command(self) -> str:
        """What checks the file, in a shell: the checker is one file and needs nothing but Python."""
        from theory.terminal import visible  # here, as it loads Rich

        return f"python certificates.py {shlex.quote(visible(self.file))}"

    def _sections(self) -> list[Section]:
        orders = "orders increasing, " if isinstance(self.certified, Certified) else ""
        check = (
            Prose("The coefficients and the weights are in the certificate, a file of JSON. It is named by its hash,"),
            Listing(self.certified.sha256),
            Prose(f"which is {_CANONICAL.format(orders=orders)}."),
            Prose(
                "To check it takes Python and one file that uses its standard library alone, certificates.py of the"
                " package proofs_check; it prints the problem, the error and the hash:"
            ),
            Listing(self.command, "console"),
        )
        return [("Statement", self._statement), ("Proof", self._proof), ("Check", check)]

    def _with_references(self) -> list[Section]:
        entries = (Listing(entry, "bibtex") for entry in bibtex().values())
        told = Prose("The software, and the paper whose theory it computes:")
        return [*self._sections(), ("References", (told, *entries))]

    def to_text(self) -> str:
        """Write it as plain text."""
        return to_text(self._with_references())

    def to_markdown(self) -> str:
        """Write it as Markdown, with mathematics in LaTeX between dollar signs."""
        return to_markdown(self._with_references())

    def to_latex(self) -> str:
        """Write it as a piece of a LaTeX document, which needs amsmath; the references are entries for BibTeX."""
        keys = ",".join(bibtex())
        head = f"% Needs the package amsmath, and the entries of `subpool cite --bibtex` for \\cite{{{keys}}}.\n"
        return f"{head}{to_latex(self._sections())}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as a JSON object; statement and proof are Markdown."""
        statement, proof, check = (to_markdown([section]) for section in self._sections())
        return {
            "kernel_size": self.certified.kernel_size,
            "objective": self.certified.objective,
            **self._class(),
            "error": to_string(self.certified.error),
            "statement": statement,
            "proof": proof,
            "check": check,
            "command": self.command,
            "sha256": self.certified.sha256,
            "canonical": self.certified.canonical,
            "bibtex": bibtex(),
        }

    def _class(self) -> dict[str, Any]:
        """Say what is combined, and for which target."""
        if isinstance(self.certified, CertifiedCombination):
            return {"subsets": list(map(list, self.certified.subsets))}
        target = self.certified.target
        return {
            "orders": list(self.certified.orders),
            "target": None if target is None else list(map(to_string, target)),
            "constant": to_string(self.certified.constant),
        }

    def to_json(self) -> str:
        """Write it as JSON."""
        return json.dumps(self.to_dict())

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def cite(source: dict[str, Any] | str | os.PathLike[str], *, limit: int | None = WORK_LIMIT) -> Citation:
    """Check a certificate, and say in mathematics what it proves: the statement, and a proof with its numbers.

    Everything is said of what the independent checker has read and accepted.

    Parameters
    ----------
    source : dict, str or os.PathLike
        The certificate, as :func:`proofs_check.check_certificate` takes it.
    limit : int or None
        The most steps that the check may take, about a nanosecond each; None for no limit.

    Returns
    -------
    Citation
        With ``to_text()``, ``to_markdown()``, ``to_latex()``, ``to_dict()`` and ``to_json()``. Where there are too many
        numbers for a page or so, the first and the last are shown, and the proof says which sums the check evaluates.

    Raises
    ------
    CertificateFormatError
        If the source cannot be read as a certificate at all.
    CertificateError
        If the certificate is wrong: then there is nothing to cite.

    Examples
    --------
    >>> from theory import optimal_estimator
    >>> citation = cite(optimal_estimator(3, [0, 1]).certificate.to_json())
    >>> print(citation.to_text())  # doctest: +ELLIPSIS
    STATEMENT
    <BLANKLINE>
    For x in R^3 and 1 <= r <= 3 let m_r(x) be the mean ...
    """
    certified = certify(source, limit=limit)
    document, file = json.loads(certified.canonical), _file_name(source)
    if isinstance(certified, CertifiedCombination):
        of = CombinationProblem.of(certified, document)
        return Citation(certified, file, tuple(statement_of_combination(of)), tuple(proof_of_combination(of)))
    problem = Problem.of(certified, document)
    return Citation(certified, file, tuple(statement(problem)), tuple(proof(problem)))


def _file_name(source: object) -> str:
    """Return the name of a certificate's file; JSON that is given as text or as a dict has none yet."""
    is_text = isinstance(source, str) and "{" in source
    return os.path.basename(source) if isinstance(source, str | os.PathLike) and not is_text else "certificate.json"

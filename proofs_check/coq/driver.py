"""Asks the kernel: builds the theories, checks files made from certificates, and compares what was proved.

Nothing counts as proved unless all of this holds: the sources assume nothing by their text; ``coqc`` accepts them; its
``Print Assumptions`` says for each listed theorem that there are none; and for a certificate, the statement that
``coqc`` prints, in a run of its own that takes no notation from the file, is the claim of the certificate.

Compiled theories are kept in a cache (:mod:`proofs_check.coq.cache`).
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from proofs_check.coq.cache import (
    FLAGS,
    KernelTheorem,
    Theories,
    clear_parts,
    earlier_builds,
    folder_of,
    part_of,
    read_cache,
    write_record,
    write_text,
)
from proofs_check.coq.compilation import compile_theories
from proofs_check.coq.emit import CertificateSource, emit, name_of, read_certificate
from proofs_check.coq.errors import KernelError, SourceError
from proofs_check.coq.readback import (
    answers,
    certificate_proved,
    require_empty_summary,
    seconds,
    what_is_assumed,
    what_is_stated,
)
from proofs_check.coq.sources import (
    LIBRARY,
    ListedTheorem,
    listed_theorems,
    read_sources,
    refuse_assumptions,
    shipped_sources,
    what_is_needed,
)
from proofs_check.coq.statements import statement_of, theorem_of
from proofs_check.coq.toolchain import find_tool, require_mathcomp, run_tool, version
from theory.certificate import Certificate
from theory.errors import InputError, MissingDependencyError
from theory.notation import format_orders
from theory.rationals import to_string

if TYPE_CHECKING:
    from proofs_check.claim import Claim

_COQCHK_TIMEOUT = 7200.0
"""Seconds that ``coqchk`` may take."""

BY_THE_VM = "ClaimsMaxima"
"""The theory that ``coqchk`` does not check."""

_LONGEST_ERROR = 40
_CERTIFICATES = "Certificates"
_EMITTED = "SubpoolCertificates"
_IMPORTS = "From Coq Require Import ZArith.\nFrom mathcomp Require Import all_ssreflect all_algebra.\n"
_AUDITED = f"From {LIBRARY} Require Classes Optimal Checker.\nFrom {_EMITTED} Require {_CERTIFICATES}.\n"


@dataclass(frozen=True)
class KernelRecord:
    """What a version of Coq has accepted; or why there is no record."""

    coq: str = ""
    theorems: tuple[KernelTheorem, ...] = ()
    missing: str = ""

    def proofs(self, claim: Claim) -> tuple[str, ...]:
        """Return the theorems that say what the claim says today, if they were accepted: one or none."""
        stated = theorem_of(claim)
        return tuple(theorem.name for theorem in self.theorems if theorem.name == stated)


def check(certificates: Iterable[CertificateSource] = (), *, rebuild: bool = False) -> list[KernelTheorem]:
    """Have the kernel check the theories, or certificates, given as to :func:`emit`, by means of them.

    The theories are compiled if the cache does not have them, or if they are to be rebuilt. There is one theorem for
    each certificate if there are any, else for each that the theories list. It is a KernelError if the kernel refuses,
    if anything is assumed, or if what was proved is not what the certificate claims.
    """
    claimed = [read_certificate(source) for source in certificates]
    texts = what_is_needed(shipped_sources(), "Checker") if claimed else shipped_sources()
    theories = build(texts, rebuild=rebuild)
    return _check_emitted(emit(claimed), claimed, theories) if claimed else list(theories.theorems)


def accepted() -> KernelRecord:
    """Return what the kernel has accepted, by the record of its last run on these theories: nothing is compiled.

    It is a KernelError if these theories were not compiled yet by this version of Coq, or the cache cannot be used.
    """
    texts = shipped_sources()
    coq = version(find_tool("coqc"))
    try:
        theorems = read_cache(folder_of(texts, coq)).theorems
    except InputError as error:
        raise KernelError(str(error)) from None
    if {theorem.name for theorem in theorems} != {theorem.full_name for theorem in listed_theorems(texts)}:
        raise KernelError("the cache has other theorems")
    return KernelRecord(coq.partition(" ")[0], theorems)


def kernel_record() -> KernelRecord:
    """Return what the kernel has accepted, or a record that says why it was not asked."""
    try:
        return accepted()
    except (KernelError, MissingDependencyError) as reason:
        return KernelRecord(missing=str(reason))


# --- theories -------------------------------------------------------------------------------------------------------


def build(texts: Mapping[str, str], *, rebuild: bool = False) -> Theories:
    """Compile theories, given by name, and ask for the assumptions of their theorems, or take both from the cache.

    Of theories that an earlier build shares with these, what it compiled is used again; to rebuild is to compile all.
    """
    sources = read_sources(texts)
    coqc = find_tool("coqc")
    require_mathcomp(coqc)
    coq = version(coqc)
    folder = folder_of(texts, coq)
    clear_parts(folder.parent)
    if not rebuild:
        with suppress(KernelError):
            return read_cache(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with part_of(folder.parent) as beside:
            earlier = () if rebuild else earlier_builds(folder.parent, coq)
            times = compile_theories(sources, beside, coqc, earlier)
            theorems = _ask([theorem for source in sources for theorem in source.listed], times, beside, coqc)
            write_record(beside, theorems, coq)
            shutil.rmtree(folder, ignore_errors=True)
            beside.replace(folder)
    except OSError as error:
        try:
            return read_cache(folder)  # another process was faster
        except KernelError:
            raise InputError(
                f"cannot write to the cache {folder.parent}: {error.strerror}; see SUBPOOL_CACHE"
            ) from None
    return Theories(folder, tuple(theorems))


def recheck(theories: Theories) -> None:
    """Have the stand-alone checker check compiled theories with all of MathComp that they use, on trust in neither.

    This takes minutes. It has to list no axiom, nor anything else that it does not check. What ``coqc`` computes by its
    virtual machine is left out: ``coqchk`` has none, and 12 GB of memory were too little for the maximum of eight.
    """
    names = sorted({path.stem for path in theories.folder.glob("*.vo")} - {BY_THE_VM})
    modules = [f"{LIBRARY}.{name}" for name in names]
    command = [find_tool("coqchk"), "-silent", "-o", "-Q", ".", LIBRARY, *modules]
    # The summary goes to standard error.
    require_empty_summary(run_tool(command, theories.folder, _COQCHK_TIMEOUT, errors_too=True))


def _ask(listed: Sequence[ListedTheorem], times: Mapping[str, float], folder: Path, coqc: str) -> list[KernelTheorem]:
    names = [theorem.full_name for theorem in listed]
    if not names:
        return []
    modules = list(dict.fromkeys(theorem.source for theorem in listed))
    # Not imported before the decision: a notation or a name of a theory means nothing there.
    required = f"From {LIBRARY} Require {' '.join(modules)}.\n"
    types = {f"{LIBRARY}.{name}": (kind := statement_of(name)) and f"{LIBRARY}.{kind}" for name in names}
    imports = f"{_IMPORTS}Import {' '.join(f'{LIBRARY}.{module}' for module in modules)}.\n"
    text = f"{required}{what_is_assumed(types)}{imports}{what_is_stated(names)}"
    with tempfile.TemporaryDirectory(prefix="subpool-coq-") as elsewhere:
        write_text(Path(elsewhere) / "Audit.v", text)
        output = run_tool([coqc, *FLAGS, "-Q", str(folder), LIBRARY, "Audit.v"], Path(elsewhere))
    found = _without_assumptions(output, names)
    return [
        KernelTheorem(
            name=theorem.full_name,
            source=f"{theorem.source}.v",
            meaning=theorem.meaning,
            statement=statement,
            seconds=times[theorem.full_name],
        )
        for theorem, statement in zip(listed, found, strict=True)
    ]


def _without_assumptions(output: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the statements of theorems, if they assume nothing."""
    found = answers(output, names)
    if found.assumptions:
        raise KernelError(f"assumed, and not proved: {'; '.join(found.assumptions)[:300]}")
    return found.statements


# --- certificates ---------------------------------------------------------------------------------------------------


def _check_emitted(text: str, certificates: Sequence[Certificate], theories: Theories) -> list[KernelTheorem]:
    """Have the kernel check a file that is said to prove certificates, and compare what it proves.

    In the text, which is not trusted, ``certificate_1``, ... are about the certificates, as :func:`emit` writes them.
    """
    refuse_assumptions(text, _CERTIFICATES)
    coqc = find_tool("coqc")
    names = [name_of(number) for number in range(1, len(certificates) + 1)]
    full_names = [f"{_CERTIFICATES}.{name}" for name in names]
    libraries = ("-Q", str(theories.folder), LIBRARY, "-Q", ".", _EMITTED)
    with tempfile.TemporaryDirectory(prefix="subpool-coq-") as made:
        folder = Path(made)
        write_text(folder / f"{_CERTIFICATES}.v", text)
        try:
            output = run_tool([coqc, *FLAGS, "-time", *libraries, f"{_CERTIFICATES}.v"], folder)
        except KernelError as error:
            raise type(error)(_where(text, str(error))) from None
        times = seconds(output, [_position(text, name) for name in names])
        assumed = what_is_assumed(dict.fromkeys((f"{_EMITTED}.{name}" for name in full_names), ""))
        imports = f"{_IMPORTS}Import {LIBRARY}.Classes {LIBRARY}.Optimal {LIBRARY}.Checker.\n"
        # The file is never imported: a notation or a name of it means nothing in the audit.
        write_text(folder / "Audit.v", f"{_AUDITED}{assumed}{imports}{what_is_stated(full_names)}")
        output = run_tool([coqc, *FLAGS, *libraries, "Audit.v"], folder)
    found = _without_assumptions(output, full_names)
    for number, (statement, certificate) in enumerate(zip(found, certificates, strict=True), start=1):
        _require_same(certificate_proved(statement), certificate, number)
    return [
        KernelTheorem(full_name, f"{_CERTIFICATES}.v", _in_words(certificate), statement, spent)
        for full_name, certificate, statement, spent in zip(full_names, certificates, found, times, strict=True)
    ]


def _require_same(proved: Certificate, claimed: Certificate, number: int) -> None:
    """Require that a theorem says what a certificate claims; the dual is no part of the claim."""
    for name in ("kernel_size", "objective", "orders", "coefficients", "error"):
        if getattr(proved, name) != getattr(claimed, name):
            raise KernelError(f"{name_of(number)} proves another claim: its {name} differs from the certificate's")


def _where(text: str, message: str) -> str:
    """Put the name of the theorem in front of an error, and say in words what coqc's most frequent answer means."""
    place = re.match(rf"{_CERTIFICATES}\.v, line ([0-9]+): ", message)
    if place is None:
        return message
    before = "\n".join(text.split("\n")[: int(place[1])])
    name = (re.findall(r"^Theorem (\w+)", before, re.MULTILINE) or [_CERTIFICATES])[-1]
    rejected = "is_true (check " in message and '"erefl true"' in message
    return f"{name}: {'the verified checker rejects it' if rejected else message}"


def _position(text: str, name: str) -> int:
    start = text.find(f"Theorem {name} ")
    if start < 0:
        raise SourceError(f"{_CERTIFICATES}.v has no theorem {name}")
    return len(text[:start].encode())


def _in_words(certificate: Certificate) -> str:
    orders = format_orders(sorted(certificate.orders))
    error = to_string(certificate.error)
    problem = f"kernel size {certificate.kernel_size}, orders {orders}, objective {certificate.objective}"
    return f"least error {error if len(error) <= _LONGEST_ERROR else '(long)'} of {problem}"

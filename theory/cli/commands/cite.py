"""Cite a certificate: statement, proof with its numbers, hash, how to check it, BibTeX."""

from __future__ import annotations

import argparse
from pathlib import Path

from theory.cli.options import add_json, add_limit
from theory.cli.output import BAD_INPUT, DONE, FAILED, fail, print_json
from theory.terminal import write


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    parser.add_argument("file", metavar="FILE", help="a certificate, as `subpool solve --certificate` writes it")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--markdown", action="store_true", help="print Markdown, with mathematics in LaTeX")
    one.add_argument("--latex", action="store_true", help="print a piece of a LaTeX document, which needs amsmath")
    one.add_argument("--bibtex", action="store_true", help="print the entries for BibTeX alone")
    add_json(one)
    add_limit(parser)


def run(options: argparse.Namespace) -> int:
    """Check the file, and print what may be cited; what the checker does not accept is not cited."""
    from proofs_check.certificates import WORK_LIMIT, CertificateError, CertificateFormatError
    from proofs_check.citation import bibtex, cite

    try:
        citation = cite(Path(options.file), limit=WORK_LIMIT if options.limit is None else options.limit)
    except CertificateFormatError as problem:
        return fail(f"{options.file}: not checked: {problem}", BAD_INPUT)
    except CertificateError as problem:
        return fail(f"{options.file}: WRONG, so there is nothing to cite: {problem}", FAILED)
    if options.json:
        print_json(citation.to_dict())
    elif options.bibtex:
        write("\n\n".join(bibtex().values()) + "\n")
    else:
        form = "to_markdown" if options.markdown else "to_latex" if options.latex else "to_text"
        write(getattr(citation, form)())
    return DONE

"""What a paper takes of a certificate: statement, proof, hash, how to check it, and what to cite."""

from proofs_check.citation.citing import Citation as Citation
from proofs_check.citation.citing import bibtex as bibtex
from proofs_check.citation.citing import cite as cite

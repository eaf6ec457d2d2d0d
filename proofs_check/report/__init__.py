"""The report: what is claimed and what came out, as JSON and as one self-contained HTML page."""

from proofs_check.report.files import write_report

__all__ = ["write_report"]

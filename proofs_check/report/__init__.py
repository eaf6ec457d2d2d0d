"""The report: what is claimed and what came out, as JSON and as one self-contained HTML page."""

from proofs_check.report.files import write_report
from proofs_check.report.run import Run, this_run

__all__ = ["Run", "this_run", "write_report"]

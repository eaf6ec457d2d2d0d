"""The version of the distribution, which is written nowhere else."""

VERSION = "0.1.0"

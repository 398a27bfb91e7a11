"""`kn doctor`: every wire of the installation, looked at one by one."""

from kn.flows.doctor.table import Check, Report, examine, mend

__all__ = ["Check", "Report", "examine", "mend"]

"""Is the knowledge sound: rules with stable codes, and what they find. Findings, never changes."""

from kn.core.check.finding import Finding, by_importance
from kn.core.check.rules import RULES, Rule, Severity

__all__ = ["RULES", "Finding", "Rule", "Severity", "by_importance"]

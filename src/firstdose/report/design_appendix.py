"""The design appendix: the rule in its own words, its decisions, how it behaves, and what it cannot promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose import __version__
from firstdose.protocol.identity import compute_identity
from firstdose.report.design_behaviour import behaviour_section, length_section
from firstdose.report.design_boundaries import boundary_sections
from firstdose.report.design_comparison import comparison_section
from firstdose.report.design_lesions import lesions_section
from firstdose.report.design_rule import decisions_section, intervals_section, rule_section, worst_section
from firstdose.report.design_words import how
from firstdose.report.tree import Bullets, Report, Section, Text

if TYPE_CHECKING:
    from firstdose.escalation.appendix import Appendix
    from firstdose.escalation.comparing import Comparison
    from firstdose.protocol.model import Protocol


def build_design_appendix(
    protocol: Protocol, appendix: Appendix, comparison: Comparison | None = None, *, drawn: bool = True
) -> Report:
    """The tree that every renderer draws. `drawn`: with figures, which take a second."""
    trial = protocol.trial
    sections = (
        rule_section(appendix),
        decisions_section(appendix, drawn=drawn),
        behaviour_section(appendix, drawn=drawn),
        lesions_section(appendix, protocol.lesion_word),
        length_section(appendix),
        intervals_section(appendix),
        *boundary_sections(appendix, drawn=drawn),
        worst_section(appendix),
        comparison_section(appendix, comparison) if comparison else None,
        _limits(appendix),
    )
    return Report(
        title="Design appendix",
        trial=trial.id,
        snapshot="",
        protocol=compute_identity(protocol),
        software=f"firstdose {__version__}",
        invented=False,
        facts=(
            ("Trial", trial.title),
            ("Protocol version", trial.version),
            ("Protocol identity", compute_identity(protocol)[:16]),
            ("Dose levels", ", ".join(appendix.levels)),
            ("Participants", f"at most {trial.participants}"),
            ("How computed", how(appendix)),
        ),
        blocks=tuple(section for section in sections if section is not None),
    )


def _limits(appendix: Appendix) -> Section:
    said = Bullets(tuple((Text(each),) for each in appendix.remarks))
    return Section("limits", "What these numbers leave out", (said,))

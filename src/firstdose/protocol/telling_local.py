"""Local toxicity in sentences: what it is, when it becomes the participant's, what the design counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.names import names_in_sight
from firstdose.protocol.telling_words import counted, listed, rule

if TYPE_CHECKING:
    from firstdose.protocol.model import LocalScenario, Protocol, Safety
    from firstdose.protocol.model_of_safety import GradedScenario


def tell_local(protocol: Protocol, safety: Safety) -> dict[str, str]:
    """Key of the safety section -> its sentence; defaults are said too, where there is a local toxicity."""
    lesion, told = protocol.lesion_word, dict[str, str]()
    if safety.local_dlt:
        words = rule(protocol, safety.local_dlt, names_in_sight(protocol, "dlt"))
        told["local_dlt"] = (
            f"An adverse event that names a {lesion} is a local dose-limiting toxicity of it if: {words}."
        )
    if safety.local_dlt or safety.local_dlt_from != 1:
        least = counted(safety.local_dlt_from, lesion)
        told["local_dlt_from"] = (
            f"From {least} with a local dose-limiting toxicity on, the participant has one."
        )
    if safety.local_dlt or safety.design_counts != "participant":
        told["design_counts"] = _counts(safety, lesion)
    if safety.local_dlt or safety.lesion_levels != "same":
        told["lesion_levels"] = _levels(safety, lesion)
    if safety.treated_lesions is not None:
        low, high = safety.treated_lesions
        number = f"{low} to {high}" if low < high else str(low)
        told["treated_lesions"] = f"Number of {lesion}s treated in each participant: {number}."
    if safety.local_scenarios:
        told["local_scenarios"] = " ".join(_scenario(each, lesion) for each in safety.local_scenarios)
    return told | _counted(protocol, safety)


def _counted(protocol: Protocol, safety: Safety) -> dict[str, str]:
    """What a design counts beside toxicities."""
    told = dict[str, str]()
    if safety.graded:
        words = rule(protocol, safety.graded, names_in_sight(protocol, "dlt"))
        told["graded"] = f"The grade of an adverse event is counted by the design if: {words}."
    if safety.graded_scenarios:
        told["graded_scenarios"] = " ".join(_graded(each) for each in safety.graded_scenarios)
    if safety.response:
        told["response"] = f"The design counts the response of endpoint {safety.response}."
    return told


def _graded(scenario: GradedScenario) -> str:
    grades = [
        f"grade {grade} {listed([f'{rate:f}' for rate in rates])}"
        for grade, rates in enumerate(scenario.grades, start=1)
    ]
    alike = "" if scenario.alike is None else f", intraclass correlation {scenario.alike:f}"
    return f"Scenario {scenario.scenario}: true rates of {listed(grades)}{alike}."


def _counts(safety: Safety, lesion: str) -> str:
    if safety.design_counts == "lesion":
        return f"The design counts each {lesion} at its own dose level; stopping rules and size count participants."
    return f"The design counts participants, each at the highest dose level of the own {lesion}s."


def _levels(safety: Safety, lesion: str) -> str:
    if safety.lesion_levels == "same":
        return f"All {lesion}s of a participant receive the dose level that is due."
    return f"One {lesion} receives the dose level that is due, each further one a level lower, down to the lowest."


def _scenario(scenario: LocalScenario, lesion: str) -> str:
    local, systemic = (
        listed([f"{rate:f}" for rate in rates]) for rates in (scenario.local, scenario.systemic)
    )
    return (
        f"Scenario {scenario.scenario}: true rates of local toxicity of one {lesion} {local},"
        f" of systemic toxicity {systemic}, intraclass correlation {scenario.alike:f}."
    )

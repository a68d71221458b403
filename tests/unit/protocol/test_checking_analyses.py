"""The plan in detail: needs of methods, lesions, factors, comparisons, models, rates, options, families."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.catalogue import Method, Need, Option, load
from firstdose.protocol.checking import check_protocol
from firstdose.protocol.checking_options import is_value
from firstdose.protocol.identity import compute_identity
from firstdose.protocol.model import (
    Edge,
    Endpoint,
    Fallback,
    Family,
    PlannedContrast,
    PlannedFactor,
    Protocol,
    Sensitivity,
)
from firstdose.protocol.reading import read_protocol_text
from firstdose.protocol.writing import render_protocol
from tests.docs.issue_pages import whole_protocol
from tests.unit.protocol.a_small_trial import RICH, SMALL, changed, codes, errors, issues


def told(code: str, protocol: Protocol = SMALL, **changes):
    """The messages of one code."""
    return [issue.message for issue in issues(protocol, **changes) if issue.code == code]


def cannot(n, times, groups, options):
    free = n - max(groups, 1)
    if options.get("covariance") == "unstructured" and free < times:
        return f"an unstructured covariance of {times} times needs {times} residual degrees of freedom, these have {free}"
    return ""


def entry(name: str, design: str, **more) -> Method:
    """A method of this design that is never run."""
    given = {"units": ("participant",), "summaries": ("mean difference over time", "mean change")} | more
    return Method(
        name=name, label=name, source="none", design=design, estimate=lambda *_, **__: None, **given
    )


MODEL = entry(
    "a_model",
    "longitudinal",
    need=Need(times=2),
    takes=("layout", "contrasts"),
    options=(Option(name="covariance", values=("unstructured", "toeplitz", "cs"), default="unstructured"),),
    cannot=cannot,
)
LESIONS = entry("lesions_as_rows", "nested", need=Need(times=2), units=("lesion in participant",))
ASSOCIATION = entry("an_association", "association", need=Need(times=2))


@pytest.fixture(autouse=True)
def shelf(monkeypatch):
    """Methods of designs that the shelf may not hold yet."""
    for method in (MODEL, LESIONS, ASSOCIATION):
        monkeypatch.setitem(load("methods"), method.name, method)
    known = load("methods")
    if "a_rate" not in known:
        rate = entry("a_rate", "rate", takes=("exposure",), summaries=("participant rate",))
        monkeypatch.setitem(known, "a_rate", rate)


def modelled(**analysis) -> Protocol:
    """The small trial with a model of severity over three times."""
    words = {
        "fallback": (Fallback(case="rank below times", use=("cs",)),),
        "missing": "available values",
    } | analysis
    return replace(
        SMALL,
        endpoints=changed(SMALL.endpoints, "E3", method="a_model"),
        analyses=changed(SMALL.analyses, "E3", **words),
    )


def with_check(endpoint: str, method: str, options=(), **changes) -> Protocol:
    row = Sensitivity(check="S1", endpoint=endpoint, attacks="doubt", method=method, options=options)
    return replace(SMALL, sensitivity=(row,), **changes)


# --------------------------------------------------------------------------------------------------- sensitivity


@pytest.mark.parametrize(
    ("endpoint", "method", "is_fit"),
    [
        ("E2", "signed_rank_exact", True),
        ("E2", "a_model", True),
        ("E2", "friedman_exact", False),
        ("E2", "lesions_as_rows", False),
        ("E2", "exact_binomial", False),
        ("E2", "kruskal_wallis", False),
        ("E2", "an_association", False),
        ("E2", "a_rate", False),
        ("E2", "descriptive", False),
        ("E3", "a_model", True),
        ("E3", "lesions_as_rows", True),
        ("E3", "paired_t", False),
        ("E3", "one_way_anova", False),
        ("E1", "wilson", True),
        ("E1", "a_rate", True),
        ("E1", "paired_t", False),
    ],
)
def test_a_sensitivity_analysis_fits_where_the_endpoint_has_what_its_method_needs(
    endpoint, method, is_fit
) -> None:
    assert ("FD-P086" not in codes(with_check(endpoint, method))) is is_fit


def test_a_method_for_groups_fits_where_groups_are_declared() -> None:
    analyses = changed(SMALL.analyses, "E2", by="plaque_type")
    assert "FD-P086" not in codes(with_check("E2", "kruskal_wallis", analyses=analyses))


def test_a_sensitivity_analysis_that_does_not_fit_names_those_that_do() -> None:
    found = next(issue for issue in issues(with_check("E2", "friedman_exact")) if issue.code == "FD-P086")
    assert found.message == "S1 uses friedman_exact, which needs 3 times or more; E2 has 2 times."
    assert "sign_flip_exact" in found.remedy
    assert "friedman_exact" not in found.remedy


@pytest.mark.parametrize(
    ("against", "is_fit"),
    [
        ("cytokines", True),
        ("il17a", True),
        ("severity", False),
        ("screening", False),
        ("age_at_screening", False),
    ],
)
def test_an_association_needs_a_second_measure_of_the_participant_at_the_same_visits(against, is_fit) -> None:
    endpoints = changed(SMALL.endpoints, "E2", kind="profile", reference="", at=("BL", "M3"))
    analyses = changed(SMALL.analyses, "E2", against=against)
    protocol = with_check("E2", "an_association", endpoints=endpoints, analyses=analyses)
    assert ("FD-P086" not in codes(protocol)) is is_fit


def test_a_second_measure_that_nothing_records_is_named_once() -> None:
    analyses = changed(SMALL.analyses, "E2", against="cytokine")
    protocol = with_check("E2", "an_association", analyses=analyses)
    assert len(told("FD-P046", protocol)) == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((("set", "adults"),), ""),
        ((("set", "nobody"),), "FD-P045"),
        ((("missing", "complete case"),), ""),
        ((("missing", "last value"),), "FD-P035"),
        ((("direction", "less"),), "FD-P079"),
    ],
)
def test_a_sensitivity_analysis_may_change_words_of_the_plan_and_never_the_direction(options, code) -> None:
    found = errors(with_check("E2", "sign_flip_exact", options))
    assert found == ({code} if code else set())


def test_a_sensitivity_analysis_of_another_summary_is_a_warning() -> None:
    found = [issue for issue in issues(with_check("E2", "signed_rank_exact")) if issue.code == "FD-P123"]
    assert [issue.weight for issue in found] == ["warning"]
    assert found[0].message == "S1 (signed_rank_exact) does not estimate the 'mean change' of EST2."
    assert "FD-P123" not in codes(with_check("E2", "sign_flip_exact"))


# ------------------------------------------------------------------------------------------------------- lesions


def test_lesions_as_rows_and_one_value_of_each_participant_contradict_each_other() -> None:
    endpoints = changed(SMALL.endpoints, "E3", method="lesions_as_rows")
    assert told("FD-P116", endpoints=endpoints) == [
        (
            "E3 uses lesions_as_rows, which takes every plaque of a participant, and 'participant mean' leaves one value of"
            " each."
        )
    ]
    analyses = changed(SMALL.analyses, "E3", nested="", missing="available values")
    assert not errors(endpoints=endpoints, analyses=analyses)


def test_a_sensitivity_analysis_of_all_lesions_undoes_the_reduction_of_the_main_analysis() -> None:
    assert not errors(with_check("E3", "lesions_as_rows"))
    said = (("nested", "participant mean"),)
    assert errors(with_check("E3", "lesions_as_rows", said)) == {"FD-P116"}


def test_a_sensitivity_analysis_of_participants_needs_one_value_of_each() -> None:
    """Trap 7: units tested as participants."""
    endpoints = changed(SMALL.endpoints, "E3", method="lesions_as_rows")
    analyses = changed(SMALL.analyses, "E3", nested="", missing="available values")
    protocol = with_check("E3", "friedman_exact", endpoints=endpoints, analyses=analyses)
    found = [issue for issue in issues(protocol) if issue.code == "FD-P072"]
    assert [issue.place.file for issue in found] == ["sensitivity/S1/use"]
    reduced = (("nested", "participant mean"),)
    protocol = with_check("E3", "friedman_exact", reduced, endpoints=endpoints, analyses=analyses)
    assert not errors(protocol)


# ------------------------------------------------------------------------------------------------------- factors


def factors(*rows: tuple[str, str], **more) -> Protocol:
    planned = tuple(PlannedFactor(factor=name, lies=f"{lies} participant") for name, lies in rows)
    return modelled(factors=planned, **more)


@pytest.mark.parametrize(
    ("factor", "lies", "found"),
    [
        ("plaque_type", "between", set()),
        ("plaque_type", "within", {"FD-P117"}),
        ("severity", "between", {"FD-P117"}),
        ("dose_level", "between", set()),
        ("plaque_typ", "between", {"FD-P093"}),
        ("time", "within", {"FD-P093"}),
        ("il17a", "between", {"FD-P117"}),
    ],
)
def test_a_factor_lies_where_its_item_is_recorded(factor, lies, found) -> None:
    assert errors(factors((factor, lies))) == found


def test_doses_within_participants_need_a_word_on_carry_over() -> None:
    """Trap 16: carry-over between lesions biases within-participant contrasts of doses."""
    assert errors(factors(("dose_level", "within"))) == {"FD-P118"}
    assert not errors(factors(("dose_level", "within"), carry_over="none, the cells stay in the plaque"))


def test_a_dose_of_the_participant_cannot_lie_within() -> None:
    protocol = factors(("dose_level", "within"), carry_over="none")
    given = replace(SMALL.intervention, unit_of_dosing="participant")
    assert "FD-P117" in codes(protocol, intervention=given)


def test_a_factor_within_needs_values_of_each_lesion() -> None:
    endpoints = changed(
        SMALL.endpoints, "E2", method="a_model", kind="profile", reference="", at=("BL", "M3")
    )
    analyses = changed(
        SMALL.analyses,
        "E2",
        factors=(PlannedFactor(factor="dose_level", lies="within participant"),),
        carry_over="none",
        fallback=(Fallback(case="not converged", use=("cs",)),),
    )
    assert told("FD-P117", endpoints=endpoints, analyses=analyses) == [
        "'dose_level' is declared within participant, and E2 has one value of each participant."
    ]


def test_one_factor_of_each_kind_divides_an_analysis() -> None:
    protocol = factors(("plaque_type", "between"), ("adult", "between"))
    assert told("FD-P117", protocol) == [
        "'adult' is declared between participant, and plaque_type is declared so already."
    ]


@pytest.mark.parametrize(
    ("method", "missing", "is_true"),
    [
        ("a_model", "available values", True),
        ("a_model", "complete case", False),
        ("rm_anova", "complete case", True),
        ("rm_anova", "available values", False),
    ],
)
def test_what_is_declared_of_missing_values_is_what_the_method_does(method, missing, is_true) -> None:
    endpoints = changed(SMALL.endpoints, "E3", method=method)
    analyses = changed(SMALL.analyses, "E3", missing=missing, decimals=1)
    assert ("FD-P130" not in codes(endpoints=endpoints, analyses=analyses)) is is_true


def test_a_grouping_that_differs_between_the_lesions_of_a_participant_is_refused() -> None:
    assert "FD-P117" in errors(analyses=changed(SMALL.analyses, "E2", by="severity"))


@pytest.mark.parametrize(
    "part",
    [
        {"factors": (PlannedFactor(factor="plaque_type", lies="between participant"),)},
        {"contrasts": (PlannedContrast(contrast="C9", compares="M3 - BL"),)},
        {"exposure": "participant"},
        {"against": "PASI_Fredriksson"},
        {"fallback": (Fallback(case="not converged", use=("rm_anova",)),)},
    ],
    ids=lambda part: next(iter(part)),
)
def test_a_part_of_the_plan_that_the_method_does_not_use_is_refused(part) -> None:
    assert "FD-P099" in errors(analyses=changed(SMALL.analyses, "E3", **part))


# --------------------------------------------------------------------------------------------------- comparisons


@pytest.mark.parametrize(
    ("compares", "found"),
    [
        ("M3 - BL", set()),
        ("DL2 - DL1", set()),
        ("DL2 - DL1 at M3", set()),
        ("chronic - other at M3", set()),
        ("trend of dose_level", set()),
        ("trend of time", set()),
        ("trend", {"FD-P119"}),
        ("M3 minus BL", {"FD-P119"}),
        ("M3 - M3", {"FD-P119"}),
        ("M3 - BL at M1", {"FD-P119"}),
        ("M3 - BL at DL2", set()),
        ("M3 - DL1", {"FD-P119"}),
        ("DL2 - chronic", {"FD-P119"}),
        ("M33 - BL", {"FD-P120"}),
        ("DL3 - DL1", {"FD-P120"}),
        ("DL2 - DL1 at M4", {"FD-P120"}),
        ("trend of dose", {"FD-P120"}),
    ],
)
def test_a_comparison_names_visits_and_levels_that_exist(compares, found) -> None:
    contrast = PlannedContrast(contrast="C1", compares=compares)
    layout = (("dose_level", "within"), ("plaque_type", "between"))
    assert errors(factors(*layout, contrasts=(contrast,), carry_over="none")) == found


def test_a_level_that_does_not_exist_is_guessed_at() -> None:
    contrast = PlannedContrast(contrast="C1", compares="DL22 - DL1")
    protocol = factors(("dose_level", "between"), contrasts=(contrast,))
    found = next(issue for issue in issues(protocol) if issue.code == "FD-P120")
    assert found.remedy == "Did you mean 'DL2'? It has BL, M1, M3, DL1 and DL2."


@pytest.mark.parametrize("name", ["E1", "E2_flip"])
def test_a_comparison_bears_a_name_of_its_own(name) -> None:
    contrast = PlannedContrast(contrast=name, compares="M3 - BL")
    assert errors(modelled(contrasts=(contrast,))) == {"FD-P047"}


# -------------------------------------------------------------------------------------------------------- models


def test_a_model_without_a_fallback_is_warned_of() -> None:
    found = [issue for issue in issues(modelled(fallback=())) if issue.code == "FD-P095"]
    assert [(issue.weight, issue.place.file) for issue in found] == [("warning", "analyses/E3")]
    assert "FD-P095" not in codes(modelled())


@pytest.mark.parametrize(
    ("participants", "dropouts", "code", "n"),
    [(3, 0, "FD-P096", 3), (4, 1, "FD-P097", 3), (5, 3, "FD-P097", 3), (4, 0, "", 0)],
)
def test_a_covariance_that_cannot_be_fitted_is_told_at_the_first_number_where_it_cannot(
    participants, dropouts, code, n
) -> None:
    """Unstructured: n - groups >= times."""
    trial = replace(SMALL.trial, participants=participants, dropouts=dropouts)
    protocol = modelled(fallback=(Fallback(case="not converged", use=("cs",)),))
    found = [issue for issue in issues(protocol, trial=trial) if issue.code in {"FD-P096", "FD-P097"}]
    assert [issue.code for issue in found] == ([code] if code else [])
    for issue in found:
        assert issue.weight == ("error" if code == "FD-P096" else "warning")
        assert f"with {n} participants" in issue.message
        assert (
            "an unstructured covariance of 3 times needs 3 residual degrees of freedom, these have 2."
            in issue.message
        )


@pytest.mark.parametrize(
    ("use", "is_rescued"),
    [
        (("cs",), True),
        (("unstructured", "toeplitz"), True),
        (("friedman_exact",), True),
        (("unstructured",), False),
    ],
)
def test_a_declared_fallback_answers_only_where_it_can_be_used_itself(use, is_rescued) -> None:
    trial = replace(SMALL.trial, participants=3, dropouts=0)
    protocol = modelled(fallback=(Fallback(case="rank below times", use=use),))
    assert ("FD-P096" not in codes(protocol, trial=trial)) is is_rescued


def test_groups_take_degrees_of_freedom_from_a_covariance() -> None:
    trial = replace(SMALL.trial, participants=4, dropouts=0)
    protocol = factors(("plaque_type", "between"), fallback=(Fallback(case="not converged", use=("cs",)),))
    assert "FD-P096" in codes(protocol, trial=trial)


@pytest.mark.parametrize(
    ("word", "code"), [("toeplits", "FD-P098"), ("paired_t", "FD-P061"), ("toeplitz", ""), ("rm_anova", "")]
)
def test_a_fallback_is_a_covariance_or_a_method_that_fits(word, code) -> None:
    protocol = modelled(fallback=(Fallback(case="not converged", use=(word,)),))
    assert errors(protocol) == ({code} if code else set())


HANDMADE = """# firstdose protocol, format 1
endpoints: |
  endpoint  level      objective  measure         as         at         analysis
  E1        primary    O1         adverse_events  any event  D0 .. M3   exact_binomial
  E3        secondary  O2         skin_thickness  profile    SCR W4 M3  mmrm

schedule: |
  activity          per          SCR  D0  W4  M3
  informed_consent  participant  x    .   .   .
  screening         participant  x    .   .   .
  serum_cytokines   participant  x    .   .   x
  lesion_map        plaque       x    .   .   .
  vital_signs       participant  .    x   .   .
  injection         plaque       .    x   .   .
  adverse_events    participant  .    x   x   x
  skin_thickness    plaque       x    .   x   x

estimands:
  EST1:
    endpoint: E1
    population: treated
    treatment: one injection
    summary: participant proportion
    intercurrent_events:
      withdrawal: while on treatment
  EST3:
    endpoint: E3
    population: treated
    treatment: dose level
    summary: mean change
    intercurrent_events:
      topical_on_target: while on treatment

analyses:
  E1:
    set: treated
    unit: participant
    missing: complete case
  E3:
    set: treated
    unit: plaque in participant
    factors: |
      factor      is
      dose_level  between participant
    covariance: unstructured
    nested: participant mean
    missing: available values
    df: kenward_roger_linear
    information: observed
    fallback: |
      case              use
      not converged     toeplitz_h compound_symmetry_h compound_symmetry
      rank below times  rm_anova
    contrasts: |
      contrast  is           test
      E3_W4     W4 - SCR     main
      E3_M3     M3 - SCR     main
      E3_dose   trend at M3  descriptive

sensitivity: |
  check     endpoint  attacks            use                   with
  E3_anova  E3        covariance model   rm_anova              missing complete case
  E3_perm   E3        normality          permutation_rm_exact  .

families: |
  family    method  alpha  members
  efficacy  holm    0.05   E3_W4 E3_M3
"""


def test_a_whole_plan_with_a_mixed_model_is_checked_without_an_error() -> None:
    reading = read_protocol_text(whole_protocol(HANDMADE), "protocol.yaml")
    found = check_protocol(reading.protocol, reading.places, reading.issues)
    assert reading.issues == ()
    assert [str(issue) for issue in found if issue.weight == "error"] == []
    assert {issue.code for issue in found} == {"FD-P123"}


# --------------------------------------------------------------------------------------------- rates, percentages


def test_a_rate_needs_its_denominator() -> None:
    """Trap 19: events per participant, injection, lesion and month are four numbers."""
    endpoints = changed(SMALL.endpoints, "E1", method="a_rate")
    estimands = changed(SMALL.estimands, "EST1", summary="participant rate")
    assert errors(endpoints=endpoints, estimands=estimands) == {"FD-P121"}
    analyses = changed(SMALL.analyses, "E1", exposure="participant month")
    assert not errors(endpoints=endpoints, estimands=estimands, analyses=analyses)
    assert errors(with_check("E1", "a_rate")) == {"FD-P121"}
    assert not errors(with_check("E1", "a_rate", analyses=analyses))


def test_a_rate_counts_events_and_nothing_else() -> None:
    endpoints = changed(SMALL.endpoints, "E2", method="a_rate")
    assert "FD-P061" in errors(endpoints=endpoints)


def test_a_tested_percent_change_is_warned_of_and_a_described_one_is_not() -> None:
    """Trap 8: regression to the mean, and division by small baselines."""
    endpoints = changed(SMALL.endpoints, "E2", kind="percent change")
    found = [issue for issue in issues(endpoints=endpoints) if issue.code == "FD-P122"]
    assert [issue.weight for issue in found] == ["warning"]
    assert "regression to the mean" in found[0].message
    described = changed(endpoints, "E2", method="descriptive")
    assert "FD-P122" not in codes(endpoints=described)


# ------------------------------------------------------------------------------------------------------- options


@pytest.mark.parametrize(
    ("option", "value", "is_right"),
    [
        (Option(name="a", values=("x", "y")), "x", True),
        (Option(name="a", values=("x", "y")), "x y", False),
        (Option(name="a"), "0.5", True),
        (Option(name="a"), "half", False),
        (Option(name="a", values=("x", "y"), kind="words"), "y x", True),
        (Option(name="a", values=("x", "y"), kind="words"), "x x", False),
        (Option(name="a", values=("x", "y"), kind="words"), "x z", False),
        (Option(name="a", values=("x", "y"), kind="words"), "", False),
        (Option(name="a", kind="range"), "0 .. 5 by 0.5", True),
        (Option(name="a", kind="range"), "-5 .. 5 by 1", True),
        (Option(name="a", kind="range"), "5 .. 0 by 1", False),
        (Option(name="a", kind="range"), "0 .. 5", False),
        (Option(name="a", kind="range"), "0 .. 5 by 0", False),
        (Option(name="a", kind="range"), "0 .. 5 by -1", False),
        (Option(name="a", kind="range"), "0 .. 1e6 by 1e-6", False),
        (Option(name="a", kind="range"), "0 5 by 1", False),
        (Option(name="a", kind="range"), "a .. b by c", False),
    ],
)
def test_an_option_takes_words_numbers_or_a_range(option, value, is_right) -> None:
    assert is_value(option, value) is is_right


def test_a_word_out_of_several_is_guessed_at(monkeypatch) -> None:
    words = Option(name="random", values=("participant", "lesion"), kind="words")
    span = Option(name="delta", kind="range")
    monkeypatch.setitem(load("methods"), "a_model", replace(MODEL, options=(words, span)))
    protocol = modelled(options=(("delta", "5"), ("random", "participant lesions")))
    remedies = [issue.remedy for issue in issues(protocol) if issue.code == "FD-P080"]
    assert remedies == [
        "Write first .. last by step, such as 0 .. 5 by 0.5.",
        "Did you mean 'lesion'? Write one or more of participant and lesion, with single spaces.",
    ]


# ------------------------------------------------------------------------------------------------------ families


SECOND = Endpoint(
    endpoint="E4",
    level="secondary",
    measure="il17a",
    kind="change",
    reference="BL",
    at=("M3",),
    method="paired_t",
)
PAIR = replace(
    SMALL,
    endpoints=(*SMALL.endpoints, SECOND),
    estimands=changed(SMALL.estimands, "EST2", endpoints=("E2", "E4")),
    analyses=(
        *SMALL.analyses,
        replace(SMALL.analyses[1], endpoint="E4", responders=(), responders_missing=""),
    ),
)


def family(method: str, members=("E2", "E4"), name: str = "both", **more) -> Family:
    return Family(family=name, method=method, alpha=Decimal("0.05"), members=members, **more)


def shares(*numbers: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def edge(source: str, target: str, share: str = "1", *, of: str = "both", name: str = "G1") -> Edge:
    return Edge(edge=name, family=of, source=source, target=target, share=Decimal(share))


@pytest.mark.parametrize(
    "method", ["holm", "hochberg", "hommel", "fixed sequence", "fallback", "joint sign flip"]
)
def test_every_way_to_judge_two_changes_together_is_accepted(method) -> None:
    assert not errors(PAIR, families=(family(method),))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (family("holm", weights=shares("0.5", "0.5")), "is judged by holm, which has no weights"),
        (family("fallback", weights=shares("0.5")), "has 1 weight and 2 members"),
        (family("fallback", weights=shares("0.5", "0.6")), "has weights that sum to 1.1"),
        (family("fallback", weights=shares("-0.5", "0.6")), "has a weight below 0"),
        (family("graph"), "is judged by a graph that has no edge"),
    ],
)
def test_weights_divide_one_level_among_the_members(row, why) -> None:
    assert told("FD-P124", PAIR, families=(row,)) == [f"family 'both' {why}."]


def test_weights_that_divide_a_level_are_accepted() -> None:
    assert not errors(PAIR, families=(family("fallback", weights=shares("0.8", "0.2")),))


@pytest.mark.parametrize(
    ("edges", "why"),
    [
        ((edge("E2", "E4"), edge("E4", "E2", name="G2")), []),
        ((edge("E2", "E4", of="bot"),), ["belongs to 'bot', which is no family"]),
        ((edge("E2", "E1"),), ["names E1, which is no member"]),
        ((edge("E2", "E2"),), ["leads back to where it starts"]),
        (
            (edge("E2", "E4", "0.6"), edge("E2", "E4", "0.6", name="G2")),
            ["brings what leaves E2 to 1.2"],
        ),
    ],
)
def test_an_edge_leads_from_one_member_to_another(edges, why) -> None:
    found = told("FD-P125", PAIR, families=(family("graph"),), graph=edges)
    assert [message.partition("' ")[2].rstrip(".") for message in found] == why


def test_only_a_family_judged_by_a_graph_has_edges() -> None:
    found = told("FD-P125", PAIR, families=(family("holm"),), graph=(edge("E2", "E4"),))
    assert found == ["edge 'G1' belongs to 'both', which is judged by holm."]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ((), ("one",), []),
        ((), ("none",), ["which is not defined"]),
        ((), ("two",), ["which is itself"]),
        (("two",), ("one",), ["which itself waits for it"]),
    ],
)
def test_families_wait_for_others_without_a_circle(first, second, found) -> None:
    rows = (
        family("holm", ("E2",), "one", after=first),
        family("holm", ("E4",), "two", after=second),
    )
    messages = told("FD-P126", PAIR, families=rows)
    assert [message.rpartition(", ")[2].rstrip(".") for message in messages] == found


def test_signs_are_flipped_only_of_changes_of_participants() -> None:
    families = (family("joint sign flip", ("E2", "E3")),)
    assert told("FD-P127", families=families) == [
        "family 'both' flips the signs of each participant's changes; E3 has no change of a participant."
    ]


@pytest.mark.parametrize(
    ("test", "name", "found"),
    [("main", "E3_M3", set()), ("descriptive", "E3_M3", {"FD-P129"}), ("main", "E3_M4", {"FD-P043"})],
)
def test_a_comparison_may_be_a_member_if_it_is_tested(test, name, found) -> None:
    contrast = PlannedContrast(contrast="E3_M3", compares="M3 - BL", test=test)
    protocol = modelled(contrasts=(contrast,))
    assert errors(protocol, families=(family("holm", ("E2", name)),)) == found


def sign_flips(n: int, *rows: Family, graph=(), direction="two sided") -> list[str]:
    """FD-P128 of a trial in which both changes are tested by sign flips."""
    protocol = replace(
        PAIR,
        trial=replace(PAIR.trial, participants=n, dropouts=0),
        endpoints=tuple(
            replace(row, method="sign_flip_exact") if row.kind == "change" else row for row in PAIR.endpoints
        ),
        analyses=tuple(
            replace(row, direction=direction) if row.endpoint in {"E2", "E4"} else row
            for row in PAIR.analyses
        ),
        sensitivity=(),
        families=rows,
        graph=graph,
    )
    return told("FD-P128", protocol)


@pytest.mark.parametrize(
    ("n", "row", "tests", "p"),
    [
        (6, family("holm"), "E2 and E4", "0.0625"),
        (6, family("hochberg"), "", ""),
        (6, family("fixed sequence"), "", ""),
        (6, family("fallback", weights=shares("0.5", "0.5")), "E2 and E4", "0.0625"),
        (6, family("fallback", weights=shares("0.8", "0.2")), "", ""),
        (6, family("fallback", weights=shares("0.2", "0.8")), "E2", "0.1562"),
        (6, family("joint sign flip"), "", ""),
        (7, family("holm"), "", ""),
    ],
)
def test_a_family_is_warned_of_where_no_outcome_could_reject(n, row, tests, p) -> None:
    """Smallest p 2/2**6 = .03125, at the adjusted level of each procedure with all p at their smallest."""
    found = sign_flips(n, row)
    if tests:
        assert len(found) == 1
        assert f": {tests} cannot be rejected at 0.05" in found[0]
        assert found[0].endswith(f": {p}).")
    else:
        assert found == []


def test_a_graph_that_passes_its_level_on_reaches_what_even_shares_do_not() -> None:
    rows = family("graph", weights=shares("1", "0"))
    assert sign_flips(6, rows, graph=(edge("E2", "E4"),)) == []
    even = family("graph", weights=shares("0.5", "0.5"))
    assert len(sign_flips(6, even, graph=(edge("E2", "E4"),))) == 1


def test_a_joint_sign_flip_of_t_tests_has_the_smallest_p_of_signs() -> None:
    trial = replace(PAIR.trial, participants=5, dropouts=0)
    families = (family("joint sign flip"),)
    assert told("FD-P128", PAIR, trial=trial, families=families) == [
        (
            "family 'both' with 5 participants: E2 and E4 cannot be rejected at 0.05, even where every test gives its"
            " smallest p (adjusted by joint sign flip: 0.0625)."
        )
    ]
    assert not told("FD-P128", PAIR, families=families, trial=replace(trial, participants=6))


def test_three_against_two_participants_cannot_reject() -> None:
    """Trap 15: 10 arrangements of 3 v 2, of which one or two are the most extreme."""
    trial = replace(SMALL.trial, participants=5, dropouts=0)
    endpoints = changed(SMALL.endpoints, "E2", method="kruskal_wallis")
    analyses = changed(SMALL.analyses, "E2", by="plaque_type")
    found = told("FD-P082", trial=trial, endpoints=endpoints, analyses=analyses, sensitivity=())
    assert found == [
        "E2 (kruskal_wallis): with 5 participants the smallest two-sided p is 0.2; it cannot reject at 0.05."
    ]


def test_every_way_to_judge_a_family_is_on_the_shelf_and_the_other_way_round() -> None:
    from typing import get_args

    from firstdose.protocol import model

    words = {word.replace(" ", "_") for word in get_args(model.Judging) if word != "none"}
    assert words == {*load("methods.multiplicity")}


# ----------------------------------------------------------------------------------------------------- direction


@pytest.mark.parametrize("direction", ["greater", "less"])
def test_the_direction_is_part_of_the_identity(direction) -> None:
    """Trap 17: a direction chosen later is another protocol."""
    other = replace(SMALL, analyses=changed(SMALL.analyses, "E2", direction=direction))
    assert compute_identity(other) != compute_identity(SMALL)


def test_a_word_learnt_later_leaves_the_identity_of_those_who_do_not_use_it() -> None:
    """The identity of the small trial, without its safety section, before factors, comparisons and graphs were words."""
    first = "2c4fc961facd662a0005129c7ecc3e6110d34302d2b2d8024906b8f7156b081e"
    assert compute_identity(replace(SMALL, safety=None)) == first
    assert compute_identity(replace(RICH, safety=None)) != first


def test_the_fallback_of_a_sensitivity_analysis_names_covariances_of_its_model() -> None:
    rows = (Fallback(case="not converged", use=("toeplitz",)),)
    assert not errors(with_check("E3", "a_model", analyses=changed(SMALL.analyses, "E3", fallback=rows)))
    wrong = (Fallback(case="not converged", use=("toeplits",)),)
    assert errors(with_check("E3", "a_model", analyses=changed(SMALL.analyses, "E3", fallback=wrong))) == {
        "FD-P098"
    }


@pytest.mark.parametrize("section", ["analyses", "families", "graph"])
def test_every_word_of_the_plan_is_written_and_read_back(section) -> None:
    reading = read_protocol_text(render_protocol(RICH))
    assert reading.issues == ()
    assert getattr(reading.protocol, section) == getattr(RICH, section)

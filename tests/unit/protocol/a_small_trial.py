"""A trial just large enough for every check: built here, so that no reader stands between test and check."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from firstdose.catalogue import Item
from firstdose.protocol.checking import check_protocol
from firstdose.protocol.model import (
    Activity,
    Analysis,
    AnalysisSet,
    Assumption,
    Criterion,
    Derivation,
    DoseLevel,
    Edge,
    EditCheck,
    Endpoint,
    Estimand,
    Fallback,
    Family,
    Intervention,
    LocalItem,
    Objective,
    Outcome,
    PlannedContrast,
    PlannedFactor,
    Protocol,
    Published,
    Rehearsal,
    Safety,
    Scale,
    Sensitivity,
    Sentinel,
    Trial,
    Visit,
)
from firstdose.protocol.model_of_capture import Branch, Capture, Site
from firstdose.values.issue import Issue, Place
from firstdose.values.quantity import read_quantity
from firstdose.values.window import Window


class EverywherePlaces:
    """Every part has a place of its own, named by its path."""

    def of(self, *path: str) -> Place:
        return Place("/".join(path))


PLACES = EverywherePlaces()


def quantities(first: str, second: str) -> tuple[Any, Any]:
    return read_quantity(first), read_quantity(second)


SMALL = Protocol(
    trial=Trial(
        id="SMALL-01",
        version="1.0",
        title="A small trial",
        phase="I",
        participants=6,
        dropouts=1,
        registry="NCT00000000",
        design="one arm",
        follow_up="3 months",
        sponsor="a hospital",
        rationale="Somebody has to be first.",
        background="Nobody was.",
    ),
    intervention=Intervention(
        product="stromal cells",
        route="subcutaneous",
        unit_of_dosing="plaque",
        dose_levels=(
            DoseLevel(level="DL1", dose=read_quantity("1e6 cells/cm2")),
            DoseLevel(level="DL2", dose=read_quantity("3e6 cells/cm2")),
        ),
        cap=read_quantity("3e8 cells"),
        tolerance=(Decimal("0.9"), Decimal("1.1")),
        area_limits=quantities("1 cm2", "500 cm2"),
        concentration_limit=read_quantity("5e7 cells/mL"),
        volume_per_point=read_quantity("0.1 mL"),
        volume_per_point_limits=quantities("0.05 mL", "0.2 mL"),
        point_spacing=read_quantity("1 cm"),
        dead_volume=read_quantity("0.1 mL"),
        syringe_graduation=read_quantity("0.01 mL"),
        uncertainty_area=Decimal("0.1"),
        uncertainty_count=Decimal("0.075"),
        uncertainty_volume=Decimal("0.03"),
    ),
    visits=(
        Visit(visit="SCR", day=-14, window=Window(-28, -8), epoch="screening", label="Screening"),
        Visit(visit="BL", day=-3, window=Window(-7, -1), epoch="screening", label="Baseline"),
        Visit(visit="D0", day=0, window=Window(0, 0), epoch="treatment", label="Treatment"),
        Visit(visit="M1", day=30, window=Window(27, 33), epoch="follow-up", label="Month 1"),
        Visit(visit="M3", day=90, window=Window(83, 97), epoch="follow-up", label="Month 3"),
    ),
    schedule=(
        Activity(activity="informed_consent", per="participant", at=("SCR",)),
        Activity(activity="screening", per="participant", at=("SCR",)),
        Activity(activity="injection", per="lesion", at=("D0",)),
        Activity(activity="adverse_events", per="participant", at=("D0", "M1", "M3")),
        Activity(activity="severity", per="lesion", at=("BL", "M1", "M3")),
        Activity(activity="PASI_Fredriksson", per="participant", at=("BL", "M1", "M3")),
        Activity(activity="cytokines", per="participant", at=("BL", "M1", "M3")),
        Activity(activity="end_of_study", per="participant", at=("M3",)),
    ),
    scales=(
        Scale(
            name="severity",
            label="severity of the plaque",
            low=0,
            high=5,
            anchors=((0, "clear"), (5, "severe")),
        ),
    ),
    items=(
        LocalItem(
            activity="screening",
            item=Item(
                name="age_at_screening",
                label="age",
                kind="number",
                unit="years",
                low=Decimal(0),
                high=Decimal(120),
            ),
        ),
        LocalItem(activity="screening", item=Item(name="pregnant", label="pregnancy", kind="truth")),
        LocalItem(
            activity="screening",
            item=Item(
                name="plaque_type",
                label="type",
                kind="code",
                codes=(("chronic", "chronic plaque"), ("other", "other")),
            ),
        ),
        LocalItem(
            activity="cytokines",
            item=Item(
                name="il17a",
                label="interleukin 17A",
                kind="quantity",
                unit="pg/mL",
                low=Decimal(0),
                high=Decimal(100000),
                decimals=1,
                lloq=Decimal("0.5"),
                uloq=Decimal(1000),
            ),
        ),
    ),
    derivations=(
        Derivation(variable="adult", label="adult", rule="age_at_screening >= 18 years"),
        Derivation(
            variable="half_il17a", label="half of interleukin 17A", rule="il17a / 2", unit="pg/mL", decimals=1
        ),
    ),
    checks=(EditCheck(check="C1", activity="cytokines", rule="il17a < 5000 pg/mL", message="very high"),),
    eligibility=(
        Criterion(criterion="I1", direction="in", rule="adult", sentence="Adults"),
        Criterion(criterion="O1", direction="out", rule="pregnant", sentence="Pregnancy"),
    ),
    safety=Safety(
        dictionary="ctcae_v5",
        dlt="grade >= 3 and related and day <= 28",
        design="three_plus_three",
        keys=(("variant", "A"), ("last_level", "stop")),
        dlt_until=28,
        sentinel=Sentinel(14, "dose level"),
        pause_when="dlt >= 2",
        stop_when="deaths >= 1",
        review="a safety board",
        special_interest=("koebner", "infection"),
    ),
    analysis_sets=(
        AnalysisSet(name="safety", rule="treated", sentence="everyone treated"),
        AnalysisSet(name="adults", rule="treated and adult", sentence="treated adults"),
    ),
    objectives=(
        Objective(objective="O1", level="primary", text="Safety"),
        Objective(objective="O2", level="secondary", text="Change"),
    ),
    endpoints=(
        Endpoint(
            endpoint="E1",
            level="primary",
            objective="O1",
            measure="adverse_events",
            kind="any event",
            at=("D0", "M1", "M3"),
            method="exact_binomial",
        ),
        Endpoint(
            endpoint="E2",
            level="secondary",
            objective="O2",
            measure="PASI_Fredriksson",
            kind="change",
            reference="BL",
            at=("M3",),
            method="paired_t",
        ),
        Endpoint(
            endpoint="E3",
            level="exploratory",
            objective="O2",
            measure="severity",
            kind="profile",
            at=("BL", "M1", "M3"),
            method="friedman_exact",
        ),
    ),
    estimands=(
        Estimand(
            name="EST1",
            endpoints=("E1",),
            objective="Share with a severe event",
            population="safety",
            treatment="one injection",
            where="grade >= 3 and related",
            summary="participant proportion",
            intercurrent_events=(("withdrawal", "while on treatment"),),
        ),
        Estimand(
            name="EST2",
            endpoints=("E2",),
            population="safety",
            treatment="one injection",
            summary="mean change",
            intercurrent_events=(("rescue_topical", "treatment policy"), ("death", "composite worst")),
        ),
        Estimand(
            name="EST3",
            endpoints=("E3",),
            population="safety",
            treatment="one injection",
            summary="mean difference over time",
            intercurrent_events=(("rescue_topical", "treatment policy"),),
        ),
    ),
    analyses=(
        Analysis(
            endpoint="E1",
            unit="participant",
            analysis_set="safety",
            missing="complete case",
            ci=Decimal("0.95"),
        ),
        Analysis(
            endpoint="E2",
            unit="participant",
            analysis_set="safety",
            missing="complete case",
            ci=Decimal("0.95"),
            direction="two sided",
            responders=(Decimal(50), Decimal(75)),
            responders_missing="nonresponder",
        ),
        Analysis(
            endpoint="E3",
            unit="lesion in participant",
            nested="participant mean",
            analysis_set="safety",
            missing="complete case",
        ),
    ),
    sensitivity=(
        Sensitivity(
            check="E2_flip",
            endpoint="E2",
            attacks="normality",
            method="sign_flip_exact",
            options=(("draws", "999"),),
        ),
    ),
    families=(Family(family="activity", method="holm", alpha=Decimal("0.05"), members=("E2",)),),
    published=(
        Published(
            result="P1", source="paper", variable="age", statistic="mean", value="32.8", n=5, whole=True
        ),
    ),
    outcomes=(
        Outcome(row="R1", source="registry", level="primary", outcome="severity", measured_by="severity"),
    ),
    assumptions=(Assumption(about="windows", we_assume="some days", because="none is public"),),
    registration=(("register", "a registry"),),
    rehearsal=Rehearsal(
        lesions=(2, 3),
        dropout=Decimal("0.1"),
        missed_visit=Decimal("0.03"),
        outside_window=Decimal("0.05"),
        missing_value=Decimal("0.02"),
        adverse_events=Decimal("1.5"),
        icc=Decimal("0.5"),
    ),
)

# The same trial with every word of the plan, for what need not be carried out.
RICH = replace(
    SMALL,
    analyses=(
        *SMALL.analyses[:2],
        replace(
            SMALL.analyses[2],
            factors=(
                PlannedFactor(factor="dose_level", lies="within participant"),
                PlannedFactor(factor="plaque_type", lies="between participant"),
            ),
            contrasts=(
                PlannedContrast(contrast="E3_M3", compares="M3 - BL"),
                PlannedContrast(contrast="E3_dose", compares="trend of dose_level", test="descriptive"),
            ),
            fallback=(
                Fallback(case="not converged", use=("toeplitz_h", "cs")),
                Fallback(case="rank below times", use=("rm_anova",)),
            ),
            against="cytokines",
            carry_over="none, the dose stays in the plaque",
            exposure="participant month",
        ),
    ),
    families=(
        *SMALL.families,
        Family(
            family="course",
            method="graph",
            alpha=Decimal("0.05"),
            members=("E3", "E3_M3"),
            weights=(Decimal("0.5"), Decimal("0.5")),
            after=("activity",),
        ),
    ),
    graph=(
        Edge(edge="G1", family="course", source="E3", target="E3_M3", share=Decimal(1)),
        Edge(edge="G2", family="course", source="E3_M3", target="E3", share=Decimal("0.5")),
    ),
    sites=(
        Site(site="S1", label="the first clinic", time_zone="Asia/Tehran"),
        Site(site="S2", label="the second clinic"),
    ),
    branching=(
        Branch(activity="adverse_events", item="serious_criterion", rule="serious"),
        Branch(activity="adverse_events", item="end", rule="not ongoing"),
    ),
    capture=Capture(
        blind=("severity",),
        critical=("informed_consent", "adverse_events.grade"),
        signed=("D0", "M3"),
        unit_of_lock="participant",
        idle=15,
    ),
)


def issues(protocol: Protocol = SMALL, **changes: Any) -> list[Issue]:
    """What is wrong with the small trial after these changes of its sections."""
    return check_protocol(replace(protocol, **changes), PLACES)


def codes(protocol: Protocol = SMALL, **changes: Any) -> set[str]:
    return {issue.code for issue in issues(protocol, **changes)}


def errors(protocol: Protocol = SMALL, **changes: Any) -> set[str]:
    return {issue.code for issue in issues(protocol, **changes) if issue.weight == "error"}


def changed(rows: tuple[Any, ...], name: str, **changes: Any) -> tuple[Any, ...]:
    """The rows with one of them changed: it is known by its first field."""
    found = tuple(replace(row, **changes) if _name(row) == name else row for row in rows)
    assert found != rows, f"no row {name} was changed"
    return found


def without(rows: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    found = tuple(row for row in rows if _name(row) != name)
    assert found != rows, f"there is no row {name}"
    return found


def _name(row: Any) -> Any:
    return row.item.name if isinstance(row, LocalItem) else getattr(row, fields(row)[0].name)

"""A rehearsal from protocol to checked records, and the invented records of the seed's trial."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from firstdose.derived.dose import derive_dose_deviations, derive_doses
from firstdose.derived.dose_slips import check_doses
from firstdose.escalation.on_record import check_escalation
from firstdose.instruments.pasi import is_attainable
from firstdose.protocol.model import Criterion, Rehearsal
from firstdose.protocol.names import forms
from firstdose.protocol.reading import read_protocol
from firstdose.records.checking import check_records
from firstdose.records.study import read_study
from firstdose.rehearsal import Fact, Rehearsed, read_facts, rehearse, write_study
from firstdose.values.issue import UserError
from tests.shared import ROOT

TRIAL = ROOT / "trials" / "adsc_psoriasis"
PROTOCOL = read_protocol(TRIAL / "protocol.yaml").protocol
assert PROTOCOL is not None

# How the records in `trials/adsc_psoriasis/records` were made. The seed was chosen among many so that the course
# resembles the abstract (PASI lower in most, not in all; nothing of grade 3). Nobody may leave or be missed: the
# paper reports all five; the one late visit and the one missing value stand in facts.csv. Days and levels are those of the
# protocol's rule: three at DL1, then two at DL2.
SEED = 12551
PLAN = Rehearsal(lesions=(2, 3), adverse_events=Decimal("1.5"), icc=Decimal("0.5"))

MANY, MANY_SEED = 500, 3


@cache
def seed_trial() -> Rehearsed:
    facts, issues = read_facts(TRIAL / "facts.csv")
    assert issues == ()
    return rehearse(PROTOCOL, 5, SEED, facts=facts, plan=PLAN)


@cache
def many() -> Rehearsed:
    return rehearse(PROTOCOL, MANY, MANY_SEED)


def numbers(table: pl.DataFrame, name: str) -> pl.Series:
    return table[name].cast(pl.Float64, strict=False)


def scored(rehearsed: Rehearsed, activity: str) -> pl.DataFrame:
    """participant, visit, value: the first score of each record, mean over lesions."""
    table, form = rehearsed.tables[activity], forms(PROTOCOL)[activity]
    arrays = {item.name: numbers(table, item.name).to_numpy() for item in form.items}
    rows = table.select("participant", "visit", pl.Series("value", form.scores[0].compute(arrays)))
    return rows.group_by("participant", "visit", maintain_order=True).mean()


def lower_at_the_end(values: pl.DataFrame) -> int:
    """For how many participants the value at M6 lies below that at BL."""
    wide = values.pivot(on="visit", index="participant", values="value")
    return int((wide["M6"] < wide["BL"]).sum())


def written(rehearsed: Rehearsed, folder: Path) -> dict[str, bytes]:
    files = write_study(rehearsed, None, folder)
    return {path.relative_to(folder / "records").as_posix(): path.read_bytes() for path in files}


# ------------------------------------------------------------------------------------------------ the seed's trial


def test_the_records_of_the_seed_trial_are_what_the_rehearsal_writes(tmp_path: Path) -> None:
    """Philox and SeedSequence have a stream that numpy promises to keep; the rest is arithmetic and rounding.

    Should a new numpy or scipy differ in a last digit that rounding shows, write the records anew with `seed_trial`.
    """
    records = TRIAL / "records"
    files = [path for path in records.rglob("*") if path.is_file()]
    kept = {path.relative_to(records).as_posix(): path.read_bytes() for path in files}
    assert written(seed_trial(), tmp_path) == kept


def test_the_records_of_the_seed_trial_agree_with_every_published_fact() -> None:
    """Abstract of PMID 37434453: n, sex, age, dose levels, one dose, six months, no major adverse effect."""
    tables = seed_trial().tables
    age = [int(text) for text in tables["demographics"]["age"]]
    assert (len(age), sum(age), sum(year**2 for year in age)) == (5, 164, 5714)
    assert f"{np.std(age):.2f}" == "8.18"
    assert sorted(tables["demographics"]["sex"]) == ["female"] * 2 + ["male"] * 3
    given = tables["injection"]
    levels = given.group_by("participant", maintain_order=True).agg(pl.col("dose_level").unique())
    assert levels["dose_level"].to_list() == [["DL1"]] * 3 + [["DL2"]] * 2
    assert not given.select("participant", "lesion").is_duplicated().any()
    assert set(given.group_by("participant").len()["len"]) <= {2, 3}
    assert tables["visits"]["status"].to_list() == ["done"] * 5 * len(PROTOCOL.visits)
    assert tables["end_of_study"]["status"].to_list() == ["completed"] * 5
    events = tables["adverse_events"]
    assert set(events["grade"]) == {"1", "2"}
    assert set(events["serious"]) == {"no"}


def test_complaints_of_the_seed_trial_are_mild_or_none() -> None:
    """A rise of more than 3 points over the plaque's own state before injection would be grade 2."""
    table = seed_trial().tables["local_tolerability_mm"]
    before = table.filter(pl.col("visit") == "BL")
    both = table.join(before, on=["participant", "lesion"], suffix="_before")
    for symptom in ("pain", "burning", "itching"):
        assert (numbers(both, symptom) - numbers(both, f"{symptom}_before")).max() <= 3


@pytest.mark.parametrize("activity", ["PASI_Fredriksson", "plaque_score", "skin_thickness"])
def test_most_but_not_all_participants_of_the_seed_trial_are_better_at_the_end(activity: str) -> None:
    assert lower_at_the_end(scored(seed_trial(), activity)) in {3, 4}


@pytest.mark.parametrize(
    ("activity", "items", "better"),
    [
        ("plaque_score", ["erythema", "desquamation"], "lower"),
        ("dermal_mrna", ["il17a_mrna", "tnf_mrna", "ifng_mrna"], "lower"),
        ("blood_foxp3", ["foxp3_mrna"], "higher"),
    ],
)
def test_signs_and_transcripts_of_the_seed_trial_move_as_published(
    activity: str, items: list[str], better: str
) -> None:
    table = seed_trial().tables[activity]
    for name in items:
        rows = table.select("participant", "visit", numbers(table, name).alias("value"))
        means = rows.group_by("participant", "visit", maintain_order=True).mean()
        flipped = means if better == "lower" else means.with_columns(-pl.col("value"))
        assert lower_at_the_end(flipped) >= 3, name


def test_the_seed_trial_has_values_below_quantification_and_plausible_screening_values() -> None:
    tables = seed_trial().tables
    assert tables["serum_cytokines"]["il23"].str.starts_with("<").sum() > 0
    screening = tables["screening"]
    assert all(is_attainable(Decimal(text)) for text in screening["screening_pasi"])
    severity = tables["plaque_severity"].filter(pl.col("visit") == "BL")
    worst = severity.group_by("participant", maintain_order=True).agg(pl.col("plaque_severity").max())
    assert worst["plaque_severity"].to_list() == screening["worst_severity"].to_list()
    assert set(severity["plaque_severity"]) <= {"3", "4", "5"}


def test_only_the_planted_deviation_is_found_in_the_seed_trial() -> None:
    reading = read_study(TRIAL, PROTOCOL)
    flagged = {issue.message.split(" (")[0].split(":")[0] for issue in reading.issues}
    assert flagged == {"Quality rule events_good", "Quality rule reference_genes"}
    assert {issue.code for issue in reading.issues} == {"FD-L114"}
    assert reading.snapshot.invented
    found = check_records(PROTOCOL, reading.snapshot)
    assert [(issue.code, issue.weight) for issue in found] == [("FD-R063", "query")]
    assert "M4 of participant INV-004" in found[0].message
    explicit = reading.snapshot.gaps.filter(pl.col("reason") == "ND")
    assert explicit.select("activity", "participant", "visit", "item").rows() == [
        ("serum_cytokines", "INV-005", "M3", "il23")
    ]
    assert check_escalation(PROTOCOL, reading.snapshot) == []
    assert check_doses(PROTOCOL, reading.snapshot) == ()
    assert derive_dose_deviations(PROTOCOL, reading.snapshot) == ()


# ------------------------------------------------------------------------------------------------ any rehearsal


def test_the_same_seed_gives_the_same_study_byte_for_byte(tmp_path: Path) -> None:
    first = written(rehearse(PROTOCOL, 4, 9), tmp_path / "a")
    assert written(rehearse(PROTOCOL, 4, 9), tmp_path / "b") == first
    assert written(rehearse(PROTOCOL, 4, 10), tmp_path / "c") != first


def test_a_rehearsed_study_is_read_and_checked_without_an_error(tmp_path: Path) -> None:
    write_study(many(), (TRIAL / "protocol.yaml").read_text("utf-8"), tmp_path, raw=False)
    reading = read_study(tmp_path, PROTOCOL)
    assert reading.issues == ()
    assert reading.snapshot.invented
    found = Counter(issue.code for issue in check_records(PROTOCOL, reading.snapshot))
    assert set(found) == {"FD-R063", "FD-R075", "FD-R076"}
    # Of 500 people some fall to less than a fifth in half a year, and two plaques trade places: rare, and rightly asked.
    records = sum(table.height for table in reading.snapshot.tables.values())
    assert found["FD-R075"] + found["FD-R076"] < records / 500
    assert set(reading.snapshot.gaps["reason"]) == {"empty", "ND", "UNK", "REF", "NA", "visit missed"}


# item > by how much a measured value may differ from the rehearsed one: (relative, absolute)
NEAR = {
    "b_cells_blood": (0.02, 2.0),
    "t_cells_blood": (0.02, 2.0),
    "b_cells_skin": (0.0, 0.5),
    "t_cells_skin": (0.0, 0.5),
    "il17a": (0.35, 0.3),
    "tnf": (0.35, 0.3),
    "il17a_mrna": (0.35, 0.02),
    "foxp3_mrna": (0.35, 0.02),
}


@pytest.mark.parametrize("item", NEAR)
def test_raw_files_are_measured_as_what_was_rehearsed(item: str) -> None:
    """From the bytes of FCS, xPONENT, QuantStudio and QuPath files to the records, within what the files' noise allows."""
    activity = next(row.activity for row in PROTOCOL.items if row.item.name == item)
    snapshot = read_study(TRIAL, PROTOCOL).snapshot
    measured = snapshot.tables[activity].filter(
        pl.col(f"{item}__comparator").is_null() & pl.col(item).is_not_null()
    )
    wanted = seed_trial().tables[activity]
    keys = [key for key in ("participant", "visit", "lesion") if key in wanted.columns]
    both = measured.join(wanted.select(*keys, pl.col(item).alias("wanted")), on=keys)
    relative, absolute = NEAR[item]
    assert both.height >= 10
    for value, text in both.select(item, "wanted").iter_rows():
        assert abs(value - float(text.lstrip("<"))) <= relative * float(text.lstrip("<")) + absolute, (
            value,
            text,
        )


def test_every_measured_value_of_the_seed_trial_reaches_its_raw_file() -> None:
    """File, digest, place, rules and software stand beside each value, and the digest is that of the file."""
    snapshot = read_study(TRIAL, PROTOCOL).snapshot
    assert snapshot.laboratory is not None
    reported = snapshot.laboratory.filter(pl.col("reported") & (pl.col("comparator") != ""))
    assert reported.height > 150
    for row in reported.iter_rows(named=True):
        content = (TRIAL / row["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
        assert row["place"]
        assert (
            row["rules"] or row["assay"] == "digital_pathology"
        )  # cells counted by a program meet no rule of a run
        assert row["reader"]


def test_doses_of_a_rehearsal_follow_from_area_and_level(tmp_path: Path) -> None:
    """Nothing but rare deliveries outside the tolerance: no slip of a factor, no cap exceeded, no other level."""
    write_study(rehearse(PROTOCOL, 100, 2), None, tmp_path, raw=False)
    snapshot = read_study(tmp_path, PROTOCOL).snapshot
    kinds = [deviation.kind for deviation in derive_dose_deviations(PROTOCOL, snapshot)]
    assert set(kinds) <= {"dose outside tolerance"}
    assert len(kinds) <= 0.05 * len(derive_doses(PROTOCOL, snapshot))
    assert {issue.code for issue in check_doses(PROTOCOL, snapshot)} <= {"FD-R207"}


def test_visits_are_missed_and_left_at_the_declared_rates() -> None:
    """500 participants; limits are four standard deviations of the binomial count."""
    visits = (
        many().tables["visits"].filter(pl.col("visit").is_in(["H24", "W1", "W2", "W3", "W4", "M2", "M3"]))
    )
    assert abs((visits["status"] == "missed").mean() - 0.03) < 4 * (0.03 * 0.97 / visits.height) ** 0.5
    ends = many().tables["end_of_study"]
    assert abs((ends["status"] != "completed").mean() - 0.1) < 4 * (0.1 * 0.9 / MANY) ** 0.5


def test_values_are_missing_at_the_declared_rate() -> None:
    table = many().tables["serum_cytokines"]
    missing = pl.concat([table[name] for name in ("il17a", "il23", "tnf", "il10")]).str.contains(
        "^(ND|UNK|REF)"
    )
    assert abs(missing.mean() - 0.02) < 4 * (0.02 * 0.98 / len(missing)) ** 0.5


def test_koebner_spread_recovers_its_share_and_clusters() -> None:
    """Aydemir 2007: 17 of 62 participants, 27.4 percent; several needle sites of one participant at once."""
    events = many().tables["adverse_events"]
    spread = events.filter(pl.col("special_interest") == "koebner")
    share = spread["participant"].n_unique() / MANY
    assert abs(share - 17 / 62) < 4 * (17 / 62 * 45 / 62 / MANY) ** 0.5
    assert spread.height / spread["participant"].n_unique() > 1.2
    others = events.height - spread.height
    assert abs(others / MANY - 1.5) < 4 * (1.5 / MANY) ** 0.5


def test_no_koebner_spread_where_the_protocol_does_not_watch_for_it() -> None:
    assert PROTOCOL.safety is not None
    unwatched = replace(PROTOCOL, safety=replace(PROTOCOL.safety, special_interest=()))
    events = rehearse(unwatched, 100, MANY_SEED).tables["adverse_events"]
    assert events["special_interest"].null_count() == events.height


@pytest.mark.parametrize("icc", ["0", "0.5", "0.8"])
def test_lesions_of_one_participant_resemble_each_other_as_declared(icc: str) -> None:
    """One-way intraclass correlation of baseline thickness; four standard errors of it at 400 participants are 0.18."""
    plan = Rehearsal(lesions=(3, 3), icc=Decimal(icc))
    only = replace(
        PROTOCOL,
        eligibility=(),
        schedule=tuple(r for r in PROTOCOL.schedule if r.activity == "skin_thickness"),
    )
    table = rehearse(only, 400, 5, plan=plan).tables["skin_thickness"].filter(pl.col("visit") == "BL")
    values = numbers(table, "reading_1").to_numpy().reshape(-1, 3)
    between, within = 3 * values.mean(axis=1).var(ddof=1), values.var(axis=1, ddof=1).mean()
    assert abs((between - within) / (between + 2 * within) - float(icc)) < 0.18


def test_a_fact_is_kept_and_what_depends_on_it_follows() -> None:
    facts = {
        Fact("lesion_map", "INV-002", "L1", "", "long_diameter"): "8.0",
        Fact("lesion_map", "INV-002", "L1", "", "short_diameter"): "5.0",
        Fact("lesion_map", "INV-002", "L1", "", "dose_level"): "DL2",
        Fact("end_of_study", "INV-001", "", "", "status"): "withdrawn",
    }
    tables = rehearse(PROTOCOL, 3, 1, facts=facts).tables
    given = tables["injection"].filter((pl.col("participant") == "INV-002") & (pl.col("lesion") == "L1"))
    told = given.select("area_cm2", "dose_level", "planned_cells").row(0)
    assert told == ("31.42", "DL2", "94247780")  # an ellipse of 8 x 5 cm is 10 pi cm2: 30 million pi cells
    assert tables["end_of_study"]["status"][0] == "withdrawn"
    visits = tables["visits"].filter(pl.col("participant") == "INV-001")
    assert visits["visit"].to_list()[-1] == "END"
    assert visits["date"].drop_nulls().is_sorted()


@pytest.mark.parametrize(
    ("fact", "value", "code"),
    [
        (Fact("PSAI", "INV-001", "", "", "x"), "1", "FD-R304"),
        (Fact("demographics", "INV-009", "", "", "age"), "30", "FD-R304"),
        (Fact("demographics", "INV-001", "", "", "weight"), "30", "FD-R304"),
        (Fact("plaque_score", "INV-001", "L9", "W1", "erythema"), "1", "FD-R304"),
        (Fact("demographics", "INV-001", "", "", "age"), "thirty", "FD-R305"),
        (Fact("visits", "INV-001", "", "M4", "date"), "2024-05", "FD-R305"),
    ],
)
def test_a_fact_without_place_or_sense_is_told(fact: Fact, value: str, code: str) -> None:
    assert [issue.code for issue in rehearse(PROTOCOL, 2, 1, facts={fact: value}).issues] == [code]


def test_criteria_that_nobody_can_meet_are_told_after_bounded_tries() -> None:
    never = Criterion(
        criterion="X1", direction="in", rule="screening_pasi < 5 and screening_pasi > 6", sentence="never"
    )
    issues = rehearse(replace(PROTOCOL, eligibility=(*PROTOCOL.eligibility, never)), 3, 1).issues
    assert [(issue.code, issue.weight) for issue in issues] == [("FD-R300", "error")]
    assert "X1" in issues[0].message


def test_records_that_no_rehearsal_wrote_are_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "PASI.csv").write_text("participant\nP1\n", "utf-8")
    with pytest.raises(UserError, match="never overwritten"):
        write_study(rehearse(PROTOCOL, 1, 1), None, tmp_path)
    assert (tmp_path / "records" / "PASI.csv").read_text("utf-8") == "participant\nP1\n"


def test_an_earlier_rehearsal_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write_study(rehearse(PROTOCOL, 2, 1), None, tmp_path)
    (tmp_path / "records" / "left_over.csv").write_text("participant\n", "utf-8")
    fresh = written(rehearse(PROTOCOL, 1, 2), tmp_path)
    records = tmp_path / "records"
    left = {path.relative_to(records).as_posix() for path in records.rglob("*") if path.is_file()}
    assert left == set(fresh)


def test_every_output_is_marked_as_invented(tmp_path: Path) -> None:
    files = written(rehearse(PROTOCOL, 2, 1), tmp_path)
    assert b"No person stands behind them" in files["INVENTED.txt"]
    for name, content in files.items():
        if name.endswith("samples.csv"):
            assert all(b"INV-" in row for row in content.splitlines()[1:]), name
        elif "/" in name:
            assert b"invented" in content.lower(), name
        elif name != "INVENTED.txt":
            assert all(row.startswith("INV-") for row in content.decode().splitlines()[1:]), name


@pytest.mark.parametrize(("participants", "seed"), [(0, 1), (1, -1)])
def test_a_rehearsal_of_nobody_is_refused_in_a_sentence(participants: int, seed: int) -> None:
    with pytest.raises(UserError, match="cannot be invented"):
        rehearse(PROTOCOL, participants, seed)


def test_progress_goes_from_nothing_to_all() -> None:
    shares: list[float] = []
    rehearse(PROTOCOL, 1, 1, progress=shares.append)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert shares == sorted(shares)

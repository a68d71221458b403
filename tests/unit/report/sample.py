"""An invented report with every kind of block and every kind of figure, for the tests of the renderers."""

from __future__ import annotations

from functools import cache

from firstdose.analysis.results import ResultRow, Source
from firstdose.report.tree import (
    Bullets,
    Column,
    Figure,
    Link,
    Listing,
    Number,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
    ToWrite,
)
from tests.unit.report import sample_figures as drawings

VISITS = ("BL", "H24", "W1", "W2", "W3", "W4", "M2", "M3", "M4", "M5", "M6")
PLAQUES = ("P01-1", "P01-2", "P02-1", "P02-2", "P03-1", "P03-2", "P03-3", "P04-1", "P04-2", "P05-1", "P05-2")
HOSTILE = (
    "<script>alert(1)</script>",
    "#let x = 1; #panic() $x^2$ @cite *bold* _it_ `raw` \\ [a] {b} // no comment",
    "\"double\" 'single' & &amp; <!-- --> ]]> %s {0}",
    "long" + "word" * 74,
    "≥ ≤ ± − µ é ü × ² ⁶ → “quoted” … 10–20",
    "  two blanks before",
)


def number(statistic: str, text: str, analysis: str = "E3", **more: object) -> Number:
    known: dict[str, object] = {
        "unit": "participant",
        "analysis_set": "full analysis",
        "n_participants": 5,
        "method": "paired_t",
        "variant": "two-sided, 95 %",
        "exact": False,
        "sources": (Source("PASI_Fredriksson", ("pasi",), ("BL", "M6")),),
    }
    row = ResultRow(analysis=analysis, statistic=statistic, value=1.0, text=text, **(known | more))
    return Number(row.named())


def words(*parts: str) -> tuple[tuple[Text, ...], ...]:
    return tuple((Text(part),) for part in parts)


def synopsis() -> Section:
    bound = number(
        "upper",
        "45.1 %",
        "E1",
        method="clopper_pearson",
        variant="one-sided, 95 %",
        exact=True,
        caveats=("ZERO-EVENTS",),
    )
    share = number("share", "0/5", "E1", method="clopper_pearson", variant="one-sided, 95 %", exact=True)
    key = Paragraph(
        (
            share,
            Text(" participants had a dose-limiting event: rates above "),
            bound,
            Text(" are excluded with one-sided 95 % confidence."),
        ),
        "key",
    )
    change = Paragraph(
        (
            Text("PASI changed from baseline to month 6 by "),
            number("mean", "−4.4", variable="PASI", visit="M6", purpose="secondary"),
            Text(" points (95 % interval "),
            number("ci_low", "−7.9", variable="PASI", visit="M6", purpose="secondary"),
            Text(" to "),
            number("ci_high", "−0.9", variable="PASI", visit="M6", purpose="secondary"),
            Text("). This is a change from baseline in one arm; it is "),
            Text("not", strong=True),
            Text(" a comparison with a control. See "),
            Link("pasi", "the table of PASI"),
            Text(" and "),
            Link("fig-pasi", "its figure"),
            Text("."),
        )
    )
    caution = Paragraph(
        (Text("The smallest two-sided p that five participants can attain with an exact test is 1/16."),),
        "caution",
    )
    conclusion = Paragraph((ToWrite("conclusions", "the principal investigator"),))
    return Section("synopsis", "Synopsis", (key, change, caution, conclusion), e3="2")


def people() -> Section:
    rows = (
        (
            *words("Age, years"),
            (number("mean", "32.8", "demographics", variable="age"),),
            (sd(),),
            *words("24 – 43"),
        ),
        (*words("Duration of psoriasis, years"), *words("9.4", "5.1", "3 – 17")),
        (*words("Sex"), (), (), ()),
        (*words("  men"), *words("3/5 (60.0%)", "", "")),
        (*words("  women"), *words("2/5 (40.0%)", "", "")),
    )
    demographics = Table(
        "demographics",
        "Demographics",
        "participants, N = 5",
        (
            Column("Characteristic"),
            Column("Mean or n/N", numeric=True),
            Column("SD", numeric=True),
            Column("Range", numeric=True),
        ),
        rows,
        ("SD has the divisor n − 1.", "Age in completed years at consent."),
    )
    return Section(
        "people",
        "Participants",
        (
            Section(
                "flow",
                "Participant flow",
                (figure("fig-flow", "Participant flow", drawings.flow()),),
                e3="10.1",
            ),
            Section(
                "baseline",
                "Demographics",
                (demographics, figure("fig-swim", "Time in the trial", drawings.swimmer())),
            ),
        ),
        e3="10",
    )


def sd() -> Number:
    return number("sd", "8.18", "demographics", variable="age", excluded=(("P09", "age not recorded"),))


def pasi_table() -> Table:
    columns = (
        Column("Visit"),
        Column("n", numeric=True),
        Column("Mean", "PASI", numeric=True),
        Column("SD", "PASI", numeric=True),
        Column("Median", "PASI", numeric=True),
        Column("Mean", "Change from baseline", numeric=True),
        Column("95 % interval", "Change from baseline", numeric=True),
        Column("p", "Change from baseline", numeric=True),
    )
    rows = tuple(pasi_row(place, visit) for place, visit in enumerate(VISITS))
    notes = (
        "Change: visit minus baseline; negative is better.",
        "Intervals: paired t, not adjusted for the visits.",
    )
    return Table(
        "pasi", "PASI by visit and change from baseline", "participants, N = 5", columns, rows, notes
    )


def pasi_row(place: int, visit: str) -> tuple[tuple[object, ...], ...]:
    def cell(statistic: str, text: str) -> tuple[Number, ...]:
        return (number(statistic, text, variable="PASI", visit=visit),)

    low, high = cell("ci_low", f"−{place}.9"), cell("ci_high", f"{9 - place}.1")
    return (
        (Text(visit),),
        cell("n", "5"),
        cell("mean", f"1{place % 10}.2"),
        cell("sd", f"{place}.71"),
        cell("median", f"1{place % 10}.0"),
        cell("change", f"−{place}.4"),
        (*low, Text(" to "), *high),
        cell("p", "0.0625"),
    )


def activity() -> Section:
    wide = Table(
        "plaques",
        "Plaque score (0–12) by plaque and visit",
        "plaques, N = 11 in 5 participants",
        (
            Column("Plaque"),
            Column("Site"),
            *(Column(visit, numeric=True) for visit in VISITS),
            Column("Remark"),
        ),
        tuple(
            words(
                plaque,
                "left elbow, extensor side",
                *("9", "9", "8", "8", "7", "6", "6", "5", "5", "4", "4"),
                "none",
            )
            for plaque in PLAQUES
        ),
    )
    data = Table(
        "fig-pasi-numbers",
        "PASI by participant and visit",
        "participants, N = 5",
        (Column("Participant"), *(Column(visit, numeric=True) for visit in VISITS)),
        tuple(words(f"P0{n}", *(str(20 - n - v) for v in range(len(VISITS)))) for n in range(1, 6)),
    )
    return Section(
        "activity",
        "Activity",
        (
            Paragraph((Text("Nothing here compares treated with untreated plaques."),)),
            pasi_table(),
            figure("fig-pasi", "PASI of each participant", drawings.trajectories(), data),
            figure("fig-forest", "Change of PASI from baseline", drawings.forest()),
            wide,
            figure("fig-plaques", "Lymphocytes by dose level", drawings.panels()),
            figure("fig-shares", "Responders", drawings.shares()),
        ),
        e3="11.4",
    )


def safety() -> Section:
    listing = Listing(
        "events",
        "Adverse events",
        ("Participant", "Verbatim term", "Term", "Grade", "Relation", "Onset", "End", "Outcome", "Remark"),
        tuple(event(n, remark) for n, remark in enumerate((*HOSTILE, "", "", ""), start=1)),
        total=40,
        whole="listings/adverse events.csv",
        footnotes=("Verbatim terms stand as they were typed.",),
    )
    return Section(
        "safety",
        "Safety",
        (
            Bullets(
                (
                    (Text("No participant died."),),
                    (Text("Injection site pain: "), number("n", "4/5 (80.0%)", "events"), Text(".")),
                )
            ),
            figure("fig-dose", "Dose given and planned", drawings.doses()),
            figure("fig-local", "Worst local reaction", drawings.reactions()),
            listing,
            Section(
                "feasibility",
                "What five participants can show",
                (figure("fig-bound", "Upper bound", drawings.feasibility()),),
            ),
        ),
        e3="12",
    )


def event(place: int, remark: str) -> tuple[str, ...]:
    return (
        f"P0{place}",
        "pain at injection site",
        "Injection site pain",
        "1",
        "procedure",
        "2023-04-11",
        "UNK",
        "recovered",
        remark,
    )


def figure(name: str, title: str, svg: str, data: Table | None = None) -> Figure:
    return Figure(
        name,
        title,
        f"{title}: what the table beside it says, drawn.",
        svg,
        data,
        ("n stands in each panel.",),
    )


@cache
def sample_report() -> Report:
    return Report(
        title="Allogeneic stromal cells in psoriasis plaques: an invented report",
        trial="ADSC-PSO-01",
        snapshot="9f86d081884c7d659a2feaa0c55ad015",
        protocol="3b1c",
        software="0.1.0",
        invented=True,
        facts=(
            ("Trial", "ADSC-PSO-01, IRCT20080728001031N24"),
            ("Protocol", "version 1.0, 3b1c55d0"),
            ("Snapshot", "9f86d081 of 2023-11-30"),
            ("Status", "draft"),
            ("Participants", "5 treated, 11 plaques"),
        ),
        blocks=(synopsis(), people(), activity(), safety()),
    )

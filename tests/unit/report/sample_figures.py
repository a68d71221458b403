"""The figures of the invented report."""

from __future__ import annotations

from firstdose.report import figures as f

DAYS = (0, 1, 7, 14, 21, 28, 60, 90, 120, 150, 180)
TICKS = tuple(zip(DAYS, ("BL", "24 h", "W1", "W2", "W3", "W4", "M2", "M3", "M4", "M5", "M6"), strict=True))
PLAQUES = [f"P0{p} plaque {n}" for p in range(1, 6) for n in (1, 2)]


def trajectories() -> str:
    lines = [
        f.Line(
            f"P0{n}",
            "",
            DAYS,
            tuple(None if (n, v) == (3, 6) else 18 - 2 * n - (0.8 - n / 10) * v for v in range(11)),
        )
        for n in range(1, 6)
    ]
    return f.draw_trajectories(
        lines,
        x_ticks=TICKS,
        y_label="PASI (points, 0 to 72)",
        x_label="Visit",
        y_range=(0, 18),
        counted="participants",
    )


def panels() -> str:
    lines = [
        f.Line(
            name,
            "DL1" if place % 2 else "DL2",
            (0, 90, 180),
            (40 - place, 20 - place, 12.0 if place < 7 else 5.0),
            (False, False, place >= 7),
        )
        for place, name in enumerate(PLAQUES)
    ]
    ticks = ((0, "Baseline"), (90, "Month 3"), (180, "Month 6"))
    titles = {"DL1": "1×10⁶ cells/cm², n = 5 plaques", "DL2": "3×10⁶ cells/cm², n = 5 plaques"}
    return f.draw_trajectories(
        lines, x_ticks=ticks, y_label="T lymphocytes in skin (cells/mm²)", panel_titles=titles
    )


def forest() -> str:
    rows = [
        f.ForestRow(
            f"{visit}, n = 5",
            -1.0 - n,
            -3.5 - n,
            1.2 - n,
            tuple(-1.0 - n + d for d in (-2, -1, 0, 1, 2)),
            f"−{n}.0 (−{n + 3}.5 to {n}.2)",
        )
        for n, visit in enumerate(("Week 4", "Month 3", "Month 6"))
    ]
    rows.append(f.ForestRow("Month 6, per protocol, n = 4", None, None, None, (-3.0, -4.0), "NC"))
    return f.draw_change_forest(
        rows, x_label="Change of PASI from baseline (points)", text_title="Mean (95 % interval)"
    )


def flow() -> str:
    steps = (
        f.FlowStep(
            "Assessed for eligibility",
            "n = 7",
            (
                "Not eligible, n = 2",
                "liver enzymes above 2 × ULN, n = 1",
                "consent withdrawn before the baseline visit, n = 1",
            ),
        ),
        f.FlowStep("Treated", "n = 5 participants, 11 plaques", ("Lost to follow-up after month 5, n = 1",)),
        f.FlowStep("Completed month 6", "n = 4 participants, 9 plaques"),
    )
    arms = (
        (f.FlowStep("1×10⁶ cells/cm²", "5 plaques"), f.FlowStep("Analysed", "5 plaques")),
        (f.FlowStep("3×10⁶ cells/cm²", "6 plaques"), f.FlowStep("Analysed", "6 plaques")),
    )
    return f.draw_flow(steps, arms)


def reactions() -> str:
    cells = tuple(
        tuple(
            f.HeatCell(None, "ND")
            if (row, column) == (3, 4)
            else f.HeatCell(max(0, 3 - column // 2 - row % 3), str(max(0, 3 - column // 2 - row % 3)))
            for column in range(11)
        )
        for row in range(10)
    )
    return f.draw_local_reactions(
        f.HeatMap(
            tuple(PLAQUES),
            tuple(name for _, name in TICKS),
            cells,
            4,
            "worst grade",
            tuple(p[:3] for p in PLAQUES),
        )
    )


def swimmer() -> str:
    rows = [
        f.SwimRow("P01", -14, 181, (0,), ((1, "injection site pain"), (30, "headache")), "completed"),
        f.SwimRow("P02", -10, 179, (0,), ((2, "injection site pain"),), "completed"),
        f.SwimRow("P03", -12, 151, (0,), ((95, "fever"),), "lost to follow-up"),
        f.SwimRow("P04", -14, 183, (0,), (), "completed"),
        f.SwimRow(
            "P05",
            -9,
            120,
            (0,),
            ((1, "injection site pain"), (60, "dose-limiting event")),
            "",
            continues=True,
        ),
    ]
    return f.draw_swimmer(
        rows, x_label="Day of the trial (0 = injection)", treatment="injection of all plaques"
    )


def doses() -> str:
    rows = [
        f.DoseBar(
            name,
            20.0 + 5 * n,
            19.0 + 5.1 * n,
            f"{19 + 5 * n} of {20 + 5 * n}",
            18.0 + 4.5 * n,
            22.0 + 5.5 * n,
        )
        for n, name in enumerate(PLAQUES)
    ]
    return f.draw_dose_bars(
        rows,
        x_label="Cells per plaque (10⁶)",
        text_title="given of planned",
        tolerance="90 to 110 % of planned",
    )


def shares() -> str:
    rows = [
        f.ShareRow("PASI 50, n = 5", 0.6, 0.147, 0.947, "3/5 (60.0%)"),
        f.ShareRow("PASI 75, n = 5", 0.2, 0.005, 0.716, "1/5 (20.0%)"),
        f.ShareRow("PASI 90, n = 5", 0.0, None, 0.522, "0/5"),
    ]
    return f.draw_share_intervals(
        rows, x_label="Share of participants, 95 % exact interval", text_title="n/N"
    )


def feasibility() -> str:
    ns = tuple(range(1, 31))
    one = f.Curve("no event: upper bound, one-sided 95 %", ns, tuple(1 - 0.05 ** (1 / n) for n in ns))
    two = f.Curve("no event: upper bound, one-sided 97.5 %", ns, tuple(1 - 0.025 ** (1 / n) for n in ns))
    here = f.Mark("this trial, n = 5: 45.1 %", 5, 1 - 0.05**0.2)
    return f.draw_feasibility(
        [one, two], [here], x_label="Participants", y_label="Rate of events", y_range=(0, 1), percent=True
    )


def chances() -> str:
    panels = [
        f.ChancePanel(name, ("DL1 0.05", "DL2 0.15", "DL3 0.3", "none"), shares, (1,))
        for name, shares in (
            ("low everywhere", (0.02, 0.11, 0.87, 0.0)),
            ("target in the middle", (0.2, 0.55, 0.2, 0.05)),
            ("toxic from the first", (0.6, 0.1, 0.0, 0.3)),
            ("as seen so far", (0.3, 0.3, 0.3, 0.1)),
        )
    ]
    return f.draw_chances(panels, x_label="level with its true rate of dose-limiting toxicity")


def decisions() -> str:
    words = ("up", "stay", "down", "closed")
    columns = [
        f.DecisionColumn(n, tuple(words[min(3, 4 * y // (n + 1))] for y in range(n + 1)))
        for n in range(1, 25)
    ]
    return f.draw_decisions(columns)


def boundary() -> str:
    bounds = tuple(None if n < 2 else 2 + n // 5 for n in range(1, 25))
    later = tuple(None if n < 3 else 3 + n // 6 for n in range(1, 25))
    lines = [f.BoundaryLine("pooled", bounds), f.BoundaryLine("any serious related event", later)]
    return f.draw_boundary(lines, [(0, 0), (1, 0), (2, 1), (3, 1)], most=24)

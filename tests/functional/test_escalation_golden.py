"""The golden examples of escalation are what the commands say, and every number in them follows from enumeration.

The numbers are kept at full precision. `python -m tests.functional.refresh_golden` writes them anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations_with_replacement

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.rule import State, start_state
from firstdose.escalation.appendix import judged_rule
from firstdose.escalation.following import told
from firstdose.protocol.reading import read_protocol
from firstdose.values.quantity import read_quantity
from tests.functional import three_step_records
from tests.functional.golden import CUTS, TRIALS, WHOLE, built, read
from tests.reference.designs.escalating import brute_force
from tests.reference.designs.walking import as_seen, at_rates, days_of, reached, walk

# Watch, days alone, days between participants: the numbers of the protocol files, typed again.
CLOCKS = {"adsc_psoriasis": (28, 14, 7), "three_step_escalation": (29, 14, 0)}
# Where each decision stands, read off the records by hand: begin (those still watched not yet counted), evaluable, entered.
STANDS = {
    ("adsc_psoriasis", "2024-02-10"): (State((0, 0), (0, 0)), 1),
    ("three_step_escalation", WHOLE): (State((3, 3, 0), (0, 1, 0), 1), 7),
    ("three_step_escalation", "2023-02-20"): (State((1, 0, 0), (0, 0, 0), 0, 1), 3),
    ("three_step_escalation", "2023-05-01"): (State((3, 3, 0), (0, 1, 0), 1), 6),
}


@pytest.fixture(scope="module", params=CUTS)
def trial(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def now(trial, tmp_path_factory):
    return built(trial, tmp_path_factory.mktemp("golden"))


@pytest.fixture(scope="module")
def rule(trial):
    protocol = read_protocol(TRIALS / trial / "protocol.yaml").protocol
    assert protocol is not None
    return judged_rule(protocol)


def same(found, kept, place: str = "") -> None:
    """Equal, numbers within 1e-9 of themselves; where they are not, the place is named."""
    if isinstance(kept, float) or isinstance(found, float):
        assert found == pytest.approx(kept, rel=1e-9, abs=1e-14), place
    elif isinstance(kept, dict):
        assert list(found) == list(kept), place
        for key in kept:
            same(found[key], kept[key], f"{place}.{key}")
    elif isinstance(kept, list):
        assert len(found) == len(kept), place
        for i, each in enumerate(kept):
            same(found[i], each, f"{place}[{i}]")
    else:
        assert found == kept, place


@pytest.mark.parametrize("name", ["design.json", "design.txt", "decisions.json", "board.txt"])
def test_what_is_said_today_is_the_golden_example(trial, now, name):
    same(now[name], read(trial, name), name)


# ------------------------------------------------------------------------------------------ the appendix explained


def shares(pairs) -> dict:
    found = defaultdict(float)
    for key, p in pairs:
        found[key] += p
    return dict(found)


def test_every_share_and_expectation_of_the_appendix_is_a_sum_over_all_walks(trial, rule):
    kept = read(trial, "design.json")
    levels = range(rule.doses)
    for scenario in kept["scenarios"]:
        walks = list(walk(rule, at_rates(tuple(scenario["rates"]))))
        assert sum(each.chance for each in walks) == pytest.approx(1, abs=1e-12)
        selected = shares((each.selected, each.chance) for each in walks)
        days = shares((str(days_of(each.steps, *CLOCKS[trial])), each.chance) for each in walks)
        explained = {
            "none": selected.get(None, 0.0),
            "selected": [selected.get(level, 0.0) for level in levels],
            "selected_without_halt": [selected.get(level, 0.0) for level in levels],
            "participants": [sum(w.chance * w.state.participants[level] for w in walks) for level in levels],
            "dlts": [sum(w.chance * w.state.dlts[level] for w in walks) for level in levels],
            "total_participants": shares((str(w.state.total), w.chance) for w in walks),
            "ends": shares((w.cause, w.chance) for w in walks),
            "halts": {},
            "days": days,
        }
        for name, numbers in explained.items():
            assert scenario[name] == pytest.approx(numbers, rel=1e-9, abs=1e-14), name


def test_the_shares_of_each_level_are_those_of_the_brute_recursion(trial, rule):
    for scenario in read(trial, "design.json")["scenarios"]:
        found = brute_force(rule, scenario["rates"])
        assert sum(found.values()) == pytest.approx(1, abs=1e-12)
        for level, p in enumerate([*scenario["selected"], scenario["none"]]):
            wanted = None if level == rule.doses else level
            total = sum(each for (_, selected), each in found.items() if selected == wanted)
            assert p == pytest.approx(total, rel=1e-9, abs=1e-14)


def test_the_states_are_counted_and_the_early_ones_are_among_them(trial, rule):
    kept = read(trial, "design.json")
    states = reached(rule)
    assert kept["states"] == len(states)
    counts = {(state.participants, state.dlts): state for state in [*states, start_state(rule.doses)]}
    for step in kept["early_steps"]:
        state = counts[tuple(step["participants"]), tuple(step["dlts"])]
        assert step["next"] == told(rule.decide(state))


def test_the_worst_case_is_a_sum_over_walks_and_no_curve_exceeds_the_bound(trial, rule):
    worst = read(trial, "design.json")["worst_case"]

    def risk(rates) -> float:
        toxic = [level for level, rate in enumerate(rates) if rate >= worst["toxic_from"]]
        return sum(each.chance for each in walk(rule, at_rates(tuple(rates))) if each.selected in toxic)

    assert worst["worst"] == pytest.approx(risk(worst["curve"]), rel=1e-9)
    assert worst["curves"] == len(list(combinations_with_replacement(range(100), rule.doses)))
    assert 0 <= worst["bound"] - worst["worst"] < 0.03
    rng = np.random.default_rng(4)
    near = [sorted(worst["curve"] + 0.02 * rng.uniform(-1, 1, rule.doses)) for _ in range(12)]
    for curve in [sorted(rng.uniform(0, 1, rule.doses)) for _ in range(12)] + near:
        assert risk(np.clip(curve, 0, 1)) <= worst["bound"]


def ends(method: str, n: int) -> list[tuple[float, float]]:
    """The interval of every count, by scipy."""
    if method == "jeffreys":
        both = [stats.beta.ppf((0.025, 0.975), x + 0.5, n - x + 0.5) for x in range(n + 1)]
        return [(0.0 if x == 0 else low, 1.0 if x == n else high) for x, (low, high) in enumerate(both)]
    name = {"exact_binomial": "exact"}.get(method, method)
    found = [stats.binomtest(x, n).proportion_ci(0.95, method=name) for x in range(n + 1)]
    return [(each.low, each.high) for each in found]


def test_coverage_is_a_sum_over_counts(trial):
    for kept in read(trial, "design.json")["coverage"]:
        n, intervals = kept["n"], ends(kept["interval"], kept["n"])

        def under(rate, n=n, intervals=intervals) -> float:
            held = [x for x, (low, high) in enumerate(intervals) if low <= rate <= high]
            return float(stats.binom.pmf(held, n, rate).sum())

        beside = (kept["at"] - 1e-12, kept["at"] + 1e-12)
        assert kept["least"] == pytest.approx(min(map(under, beside)), rel=1e-9)
        rates = np.linspace(0, 1, 501)
        assert min(map(under, rates)) >= kept["least"] - 1e-9
        mean = np.mean(
            [np.diff(stats.beta.cdf(each, x + 1, n - x + 1))[0] for x, each in enumerate(intervals)]
        )
        assert kept["mean"] == pytest.approx(mean, rel=1e-9)


def test_what_no_event_excludes_follows_from_its_probability(trial):
    z = stats.norm.ppf(0.975)
    for kept in read(trial, "design.json")["after_no_event"]:
        n = kept["n"]
        assert (1 - kept["one_sided"]) ** n == pytest.approx(0.05, rel=1e-9)
        assert (1 - kept["two_sided"]) ** n == pytest.approx(0.025, rel=1e-9)
        assert kept["wilson"] == pytest.approx(z**2 / (n + z**2), rel=1e-9)
        assert kept["jeffreys"] == pytest.approx(stats.beta.ppf(0.975, 0.5, n + 0.5), rel=1e-9)


# ------------------------------------------------------------------------------------------ the decisions explained


@pytest.mark.parametrize(("name", "cut"), STANDS)
def test_what_can_follow_is_a_sum_over_all_walks_from_here(name, cut):
    """Those still watched are the next to be drawn; with the rates as seen, an urn per level takes the Beta's place."""
    protocol = read_protocol(TRIALS / name / "protocol.yaml").protocol
    assert protocol is not None
    rule, (begin, entered) = judged_rule(protocol), STANDS[name, cut]
    decision = read(name, "decisions.json")[cut]
    assert len(decision["forecasts"]) == 4
    for forecast in decision["forecasts"]:
        chance = as_seen if forecast["averaged"] else at_rates(tuple(forecast["rates"]))
        walks = list(walk(rule, chance, begin))
        named = {None: "none"} | {i: each["level"] for i, each in enumerate(decision["levels"])}
        explained = {
            "selected": shares((named[each.selected], each.chance) for each in walks),
            "remaining": shares((str(each.state.total - entered), each.chance) for each in walks),
            "causes": shares((each.cause, each.chance) for each in walks),
        }
        for key, numbers in explained.items():
            assert forecast[key] == pytest.approx(numbers, rel=1e-9, abs=1e-14), key
        mean = sum((each.state.total - entered) * each.chance for each in walks)
        assert forecast["expected_remaining"] == pytest.approx(mean, rel=1e-9)
        if forecast["averaged"]:
            pairs = zip(begin.participants, begin.dlts, strict=True)
            assert forecast["rates"] == pytest.approx([(1 + y) / (2 + n) for n, y in pairs], rel=1e-9)


@pytest.mark.parametrize(
    ("name", "cut", "standing", "level", "participants", "earliest"),
    [
        ("adsc_psoriasis", "2024-02-10", "treat", "DL1", 2, "2024-02-20"),
        ("adsc_psoriasis", WHOLE, "complete", None, 0, None),
        ("three_step_escalation", "2023-02-20", "wait", None, 0, "2023-03-09"),
        ("three_step_escalation", "2023-05-01", "treat", "DL2", 1, "2023-03-30"),
        ("three_step_escalation", WHOLE, "treat", "DL2", 2, "2023-05-16"),
    ],
)
def test_the_decisions_are_those_of_the_rule_by_hand(name, cut, standing, level, participants, earliest):
    found = read(name, "decisions.json")[cut]
    told_of = [found[key] for key in ("standing", "level", "participants")]
    assert told_of == [standing, level, participants]
    if earliest is not None:
        assert found["earliest"] == earliest


# ------------------------------------------------------------------------------------- the invented records of one


def test_the_records_of_the_three_steps_are_those_of_their_script(tmp_path):
    three_step_records.write(tmp_path)
    kept = TRIALS / "three_step_escalation" / "records"
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        file.name: file.read_bytes() for file in kept.iterdir()
    }


def test_the_protocol_of_the_three_steps_is_the_public_shape():
    """Registry NCT07488546: 1, 2 and 4 x 10^6 per kg, 3+3, 14 days, day 29, no overlap."""
    protocol = read_protocol(TRIALS / "three_step_escalation" / "protocol.yaml").protocol
    assert protocol is not None
    assert protocol.intervention is not None
    assert protocol.safety is not None
    assert [each.dose for each in protocol.intervention.dose_levels] == [
        read_quantity(f"{steps}e6 cells/kg") for steps in (1, 2, 4)
    ]
    safety = protocol.safety
    assert (safety.design, safety.dlt_until, safety.overlap) == ("three_plus_three", 29, False)
    assert safety.sentinel is not None
    assert (safety.sentinel.days, safety.sentinel.of) == (14, "cohort")


def test_the_records_of_the_three_steps_keep_to_its_rule():
    from tests.functional.test_cli import run

    answer = run("check", TRIALS / "three_step_escalation")
    assert answer.exit_code == 0
    assert answer.output.startswith("no Issue; 8 participants")
    levels = Counter(each.level for each in three_step_records.PEOPLE)
    kept = read("three_step_escalation", "decisions.json")[WHOLE]["levels"]
    assert {each["level"]: each["treated"] for each in kept if each["treated"]} == levels

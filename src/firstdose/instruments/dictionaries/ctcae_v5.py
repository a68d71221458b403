"""CTCAE 5.0: the terms that matter after a local injection of cells, with grades in our own words.

A worsening of psoriasis, a new lesion or a Koebner response has no term of its own: it is reported as
"Skin and subcutaneous tissue disorders - Other, specify" with the words of the reporter, and so is a plain erythema
away from the injection site.
"""

from __future__ import annotations

from firstdose.catalogue import Dictionary, Term

GENERAL = "General disorders and administration site conditions"
SKIN = "Skin and subcutaneous tissue disorders"
INFECTIONS = "Infections and infestations"
IMMUNE = "Immune system disorders"
GUT = "Gastrointestinal disorders"
NERVES = "Nervous system disorders"
TESTS = "Investigations"
VESSELS = "Vascular disorders"
MUSCLES = "Musculoskeletal and connective tissue disorders"
MIND = "Psychiatric disorders"
INJURY = "Injury, poisoning and procedural complications"

LIFE = "threat to life, urgent treatment"
DEATH = "death"
OTHER = (
    "no or slight symptoms, only observed",
    "moderate, simple local treatment, hinders household or work",
    "severe or medically important without immediate threat to life, hospital, or hinders self-care",
    LIFE,
    DEATH,
)
BY_ACTIVITY = ("hinders household or work", "severe, hinders washing, dressing or eating")


def _term(name: str, soc: str, *grades: str) -> Term:
    one, two, three, four, five = (*grades, "", "", "", "")[:5]
    return Term(name=name, soc=soc, grades=(one, two, three, four, five))


def _by_activity(name: str, soc: str, mild: str) -> Term:
    """Mild, then hindering household or work, then self-care; no grade 4 or 5."""
    return _term(name, soc, mild, f"moderate, {BY_ACTIVITY[0]}", BY_ACTIVITY[1])


def _liver(name: str) -> Term:
    cuts = ("above the upper limit to 3.0", "above 3.0 to 5.0", "above 5.0 to 20.0", "above 20.0")
    first = f"{cuts[0]} times the upper limit (1.5 to 3.0 times an abnormal baseline)"
    rest = (f"{cut} times the upper limit, or an abnormal baseline" for cut in cuts[1:])
    return _term(name, TESTS, first, *rest)


TERMS = (
    _term(
        "Injection site reaction",
        GENERAL,
        "tender, with or without warmth, redness or itch",
        "pain, swelling, loss of fat or phlebitis",
        "ulcer, necrosis, severe tissue damage, or surgery needed",
        LIFE,
        DEATH,
    ),
    _by_activity("Pain", GENERAL, "mild pain"),
    _term(
        "Fever",
        GENERAL,
        "38.0 to 39.0 C",
        "above 39.0 to 40.0 C",
        "above 40.0 C for at most 24 hours",
        "above 40.0 C for more than 24 hours",
        DEATH,
    ),
    _term(
        "Fatigue",
        GENERAL,
        "relieved by rest",
        "not relieved by rest, hinders household or work",
        "not relieved by rest, hinders self-care",
    ),
    _term(
        "Chills",
        GENERAL,
        "feeling cold, shivering",
        "the whole body trembles, an opioid may be needed",
        "severe or lasting, an opioid does not help",
    ),
    _by_activity("Flu like symptoms", GENERAL, "present"),
    _term(
        "Localized edema",
        GENERAL,
        "in dependent parts, no loss of function",
        "moderate, needs treatment, hinders household or work",
        "severe, needs treatment, hinders self-care",
    ),
    _term(
        "Edema limbs",
        GENERAL,
        "5 to 10 % difference between the limbs, swelling seen on close look",
        "above 10 to 30 % difference, plainly seen, hinders household or work",
        "above 30 % difference, gross deviation of shape, hinders self-care",
    ),
    _term(f"{GENERAL} - Other, specify", GENERAL, *OTHER),
    _term(
        "Pruritus",
        SKIN,
        "mild or local, treated on the skin",
        "widespread and coming and going, scratch marks, oral drug, or hinders household or work",
        "widespread and constant, hinders self-care or sleep, systemic steroid or immunosuppressant",
    ),
    _term(
        "Skin ulceration",
        SKIN,
        "ulcers below 1 cm together, or intact skin with redness that does not blanch, warm or swollen",
        "1 to 2 cm together, part of the skin's thickness lost",
        "above 2 cm together, the whole thickness lost down to the fascia at most",
        "any size with wide destruction, necrosis, or muscle or bone involved",
        DEATH,
    ),
    _term(
        "Skin hyperpigmentation",
        SKIN,
        "below 10 % of the body surface, no burden to the person",
        "above 10 % of the body surface, a burden to the person",
    ),
    _term(
        "Skin hypopigmentation",
        SKIN,
        "below 10 % of the body surface, no burden to the person",
        "above 10 % of the body surface, a burden to the person",
    ),
    _term(f"{SKIN} - Other, specify", SKIN, *OTHER),
    _term(
        "Skin infection",
        INFECTIONS,
        "local, treated on the spot",
        "oral drug needed",
        "intravenous drug or an invasive procedure needed",
        LIFE,
        DEATH,
    ),
    _term(
        "Papulopustular rash",
        INFECTIONS,
        "below 10 % of the body surface",
        "10 to 30 % of the body surface, a burden to the person, or hinders household or work",
        "above 30 % of the body surface with marked symptoms, hinders self-care, or infected on top",
        LIFE,
        DEATH,
    ),
    _term(f"{INFECTIONS} - Other, specify", INFECTIONS, *OTHER),
    _term(
        "Allergic reaction",
        IMMUNE,
        "no systemic treatment needed",
        "oral drug needed",
        "bronchospasm, hospital for its consequences, or intravenous drug",
        LIFE,
        DEATH,
    ),
    _term(
        "Anaphylaxis",
        IMMUNE,
        "",
        "",
        "bronchospasm with symptoms, with or without hives, injected drug, swelling or low blood pressure",
        LIFE,
        DEATH,
    ),
    _by_activity("Headache", NERVES, "mild pain"),
    _term(
        "Nausea",
        GUT,
        "less appetite, eats as usual",
        "eats less, without marked loss of weight or fluid",
        "too little food or fluid by mouth, tube or intravenous feeding, or hospital",
    ),
    _liver("Alanine aminotransferase increased"),
    _liver("Aspartate aminotransferase increased"),
    _term(
        "Creatinine increased",
        TESTS,
        "above the upper limit to 1.5 times it",
        "above 1.5 to 3.0 times the upper limit or the baseline",
        "above 3.0 to 6.0 times the upper limit, or above 3.0 times the baseline",
        "above 6.0 times the upper limit",
    ),
    _term(f"{TESTS} - Other, specify", TESTS, *OTHER),
    _term(
        "Hypertension",
        VESSELS,
        "adult: systolic 120 to 139 or diastolic 80 to 89 mmHg",
        "adult: systolic 140 to 159 or diastolic 90 to 99 mmHg, or treatment to be changed, or one drug started",
        "adult: systolic from 160 or diastolic from 100 mmHg, or more than one drug or stronger treatment",
        "threat to life, e.g. malignant hypertension or a neurologic deficit",
        DEATH,
    ),
    _term(
        "Hypotension",
        VESSELS,
        "no symptoms, no treatment needed",
        "treatment needed, not urgent",
        "treatment and hospital needed",
        LIFE,
        DEATH,
    ),
    _term(
        "Hematoma",
        VESSELS,
        "slight symptoms, no treatment needed",
        "drained or aspirated through a small opening",
        "transfusion or an invasive procedure needed",
        LIFE,
        DEATH,
    ),
    _term(
        "Thromboembolic event",
        VESSELS,
        "no treatment needed, e.g. a superficial vein",
        "treatment needed",
        "urgent treatment needed, e.g. an embolus of the lung",
        "threat to life with unstable circulation or a neurologic deficit",
        DEATH,
    ),
    _term("Bruising", INJURY, "local or in a dependent part", "generalised"),
    _term(f"{INJURY} - Other, specify", INJURY, *OTHER),
    _by_activity("Myalgia", MUSCLES, "mild pain"),
    _by_activity("Arthralgia", MUSCLES, "mild pain"),
    _term(
        "Insomnia", MIND, "slight trouble to fall asleep or sleep on", "moderate trouble", "severe trouble"
    ),
)

ENTRY = Dictionary(
    name="ctcae_v5",
    label="CTCAE",
    version="5.0",
    source="National Cancer Institute, Common Terminology Criteria for Adverse Events 5.0, 27 November 2017",
    licence="Work of the US government; grades stand here in our own words. No MedDRA codes are included.",
    terms=TERMS,
)

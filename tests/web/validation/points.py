"""The regulatory points that are tested: what has to hold, and where it comes from.

Clause numbers stand here only where the text was read; of the EMA guideline and of Annex 11 only the document is named.
"""

from __future__ import annotations

E6, CFR, EMA, ANNEX = (
    "ICH E6(R3)",
    "21 CFR 11",
    "EMA guideline on computerised systems (2023)",
    "EU GMP Annex 11",
)

POINTS: dict[str, tuple[str, str]] = {
    "A1": (
        "Create, change, blank, delete and restore each write who, when, what, old and new",
        f"{CFR}.10(e); {E6} 4.2.2; {EMA}",
    ),
    "A2": ("The old value stays readable after any number of changes", f"{CFR}.10(e)"),
    "A3": (
        "A change after the first save needs a reason that is kept and shown; a blank one is refused",
        f"{E6} 4.2.2; {ANNEX}; {EMA}",
    ),
    "A4": ("Time is the server's, UTC; a wrong clock of the browser changes nothing", f"{E6} 4.2.2; {EMA}"),
    "A5": (
        "No role, nor the application's database account, can edit, switch off or delete the trail",
        f"{E6} 4.2.2; {CFR}.10(e); {EMA}",
    ),
    "A6": ("Masking something in the trail is itself logged with its justification", f"{E6} 4.2.2"),
    "A7": ("Queries, verification, locks, signatures and exports stand in the trail", f"{E6} 4.2.2"),
    "A8": ("Logins, failures, accounts and role changes stand in the trail", f"{E6} 4.2.2; {CFR}.300(d)"),
    "A9": ("The trail shows at the item in the form, and can be filtered", f"{EMA}"),
    "A10": ("The trail leaves as a table that sorts and as readable print", f"{CFR}.10(b); {ANNEX}; {EMA}"),
    "A11": (
        "The review of the trail is supported: odd hours, many changes, late entries, changes after review",
        f"{E6} 4.2.3; {ANNEX}; {EMA}",
    ),
    "A12": ("The trail survives export, migration and restore", f"{CFR}.10(e); {EMA}"),
    "A13": ("Altered or missing records are detected", f"{CFR}.10(a)"),
    "A14": ("Imported and machine-made values name their source and the process", f"{E6} 4.2.2, 4.2.5"),
    "A15": ("What is typed and not saved is kept as a draft; a long form cannot lose an hour", f"{EMA}"),
    "S1": ("A signature shows printed name, date and time, meaning", f"{CFR}.50"),
    "S2": ("A signature is bound to the exact content and cannot be moved", f"{CFR}.70; {ANNEX}"),
    "S3": ("Signing takes two components, in full at the first signing after login", f"{CFR}.200(a)(1)"),
    "S4": ("One account is one person, never used again", f"{CFR}.100(a), .300(a)"),
    "S5": ("A change under a signature voids it visibly", f"{CFR}.70; {EMA}"),
    "S6": ("The investigator signs at set milestones", f"{EMA}"),
    "S7": ("Nobody signs before an identity check is recorded", f"{CFR}.100(b)"),
    "S8": (
        "To sign as another takes two people: no impersonation, a reset is known to its owner only",
        f"{CFR}.200(a)(3)",
    ),
    "P1": ("Access only for the authorised, by role, site and blinding", f"{CFR}.10(d), (g); {E6} 4.3.8"),
    "P2": ("Whoever administers the system enters no data", f"{EMA}"),
    "P3": ("Users, roles and dates can be listed for any past day", f"{E6} 4.3.8"),
    "P4": ("Rights are reviewed; leaving removes them at once and ends open logins", f"{E6} 4.3.8"),
    "P5": ("Second factor, password policy, lockout, idle logout, alarm", f"{CFR}.300(d); {E6} 4.3.3; {EMA}"),
    "P6": ("The investigator has the own data at all times, with its trail", f"{E6}; {EMA}"),
    "P7": ("The blinded see no allocation by any path", f"{E6} 4.1"),
    "P8": ("A role counts only with recorded training for it", f"{CFR}.10(i); {E6}"),
    "P9": ("A lost second factor is withdrawn at once; its replacement is logged", f"{CFR}.300(c)"),
    "Q1": ("The order of steps is enforced: no dose before eligibility and consent", f"{CFR}.10(f)"),
    "Q2": ("Backup, restore proven, paper for an outage and the way back", f"{ANNEX}; {E6} 4.3.3; {EMA}"),
    "Q3": ("Each version of the protocol is checked and under change control", f"{E6} 4.3.4; {EMA}"),
    "Q4": ("Printouts show whether a value changed since its first entry", f"{ANNEX}"),
    "Q5": ("Transfers are reconciled by counts and digests", f"{E6} 4.2.5"),
    "Q6": ("Manuals carry the version of the software and their own history", f"{CFR}.10(k)"),
}

"""What operators call their populations, in our words."""

from __future__ import annotations

import re

LYMPHOCYTES, B, T, CD4, CD8, NK, GD = (
    "lymphocytes",
    "B cells",
    "T cells",
    "CD4 T cells",
    "CD8 T cells",
    "NK cells",
    "gd T cells",
)
SINGLETS, VIABLE, BEADS, TREG = "singlets", "viable cells", "beads", "Treg"
_PATTERNS = (
    (BEADS, r"\bBEADS?\b|TRUCOUNT|FLOW-?COUNT"),
    (TREG, r"\bT ?-?REGS?\b|FOXP3"),
    (SINGLETS, r"\bSINGLE|\bSINGLETS?\d*\b"),
    (VIABLE, r"\bLIVE\b|\bVIABLE\b|\bLIVING\b|7-?AAD ?-"),
    (GD, r"\bG(AMMA)? ?/?D(ELTA)? ?T\b|\u0393\u0394|\bGD T CELLS?"),
    (CD4, r"^(CD3\+ ?)?CD4(?!5)\+?( ?CD8-)?( ?\+)?( T)?( CELLS?| LYMPHOCYTES)?$"),
    (CD8, r"^(CD3\+ ?)?CD8\+?( ?CD4-)?( ?\+)?( T)?( CELLS?| LYMPHOCYTES)?$"),
    (NK, r"^NK( CELLS?)?$|^CD3- ?CD(16|56)\+|^CD(16|56)\+( ?CD(16|56)\+)?( NK)?( CELLS?)?$"),
    (B, r"^B( CELLS?| LYMPHOCYTES)?$|^CD(19|20)\+?( B)?( CELLS?)?$"),
    (T, r"^(TOTAL )?T( CELLS?| LYMPHOCYTES)?$|^CD3\+?( T)?( CELLS?)?$"),
    (LYMPHOCYTES, r"\bLYMPH"),
)


def meaning_of(name: str) -> str:
    """The population that a name means, '' for one we do not know."""
    told = (
        re.sub(r"[-_ ]+", lambda found: "-" if "-" in found[0] else " ", name.upper())
        .replace("-CELL", " CELL")
        .strip()
    )
    return next((meaning for meaning, pattern in _PATTERNS if re.search(pattern, told)), "")

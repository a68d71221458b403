"""Files of cell counters for rehearsed lots: the key;value export of a NucleoCounter, and the form of a chamber.

Every file says in the operator's field that it is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from firstdose.readers.formats.haemocytometer import COLUMNS, FURTHER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

INVENTED = "INVENTED by a rehearsal"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLot:
    """A count as a rehearsal has it: living cells per mL and viability in percent, above 0."""

    sample: str
    viable: float
    viability: float
    time: datetime
    aggregates: int = 1
    diameter: float = 14.2


def write_nucleoview(lot: CountedLot) -> bytes:
    """The export of one count, as NucleoView of an NC-200 writes it: three digits, cells/ml, CRLF."""
    total = lot.viable * 100 / lot.viability
    pairs = (
        ("Viability and Cell Count Assay - invented", " "),
        ("Image", lot.sample),
        ("Operator", INVENTED),
        ("Viability (%)", f"{lot.viability:.1f}"),
        ("Live (cells/ml)", short(lot.viable)),
        ("Dead (cells/ml)", short(total - lot.viable)),
        ("Total (cells/ml)", short(total)),
        (" ", " "),
        ("Estimated cell diameter (um)", f"{lot.diameter:.1f}"),
        ("(%) of cells in aggregates with five or more cells", str(lot.aggregates)),
        ("Multiplication factor", "1.000"),
        ("Instrument type", "NucleoView NC-200"),
        ("Instrument s/n", "s/n 0000000000000000"),
        ("Date time", f"{lot.time:%Y%m%d %H%M%S}"),
    )
    return "".join(f"{key};{value};\r\n" for key, value in pairs).encode()


def write_chamber_form(counts: Iterable[tuple[str, int, int, int, int]], time: datetime) -> bytes:
    """The form of counts by eye, of (sample, live, dead, squares, dilution)."""
    header = (*COLUMNS, *FURTHER[:2])
    rows = [(*map(str, count), f"{time:%Y-%m-%dT%H:%M}", INVENTED) for count in counts]
    return "".join(f"{','.join(row)}\n" for row in [header, *rows]).encode()


def short(number: float) -> str:
    """'1.58E6': three digits, as the counter prints a concentration; '0' for none."""
    if number <= 0:
        return "0"
    sign, digits, exponent = Decimal(f"{number:.2E}").as_tuple()
    assert isinstance(exponent, int)
    mantissa = Decimal((sign, digits, -2))
    return f"{mantissa}E{exponent + 2}"

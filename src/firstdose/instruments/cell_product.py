"""The cells that a participant received: lot, donor, passage and what was known at release."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from firstdose.catalogue import Instrument, Item

TESTED = (("pending", "no result yet"), ("passed", "within its limit"), ("failed", "outside its limit"))


def _number(name: str, label: str, unit: str, high: str, **more: Any) -> Item:
    return Item(name=name, label=label, kind="number", unit=unit, low=Decimal(0), high=Decimal(high), **more)


def _optional(name: str, label: str, **more: Any) -> Item:
    return Item(name=name, label=label, required=False, **more)


ENTRY = Instrument(
    name="cell_product",
    label="cell product",
    source="DOSES reporting statement for cell therapies (Murray IR et al. 2019); release attributes of cell products",
    items=(
        Item(name="lot", label="lot", kind="text"),
        Item(name="donor", label="donor code", kind="text"),
        Item(name="passage", label="passage", kind="integer", low=Decimal(0), high=Decimal(30)),
        _number("viability", "viability at release", "%", "100"),
        _number("viable_concentration", "living cells per mL", "cells/mL", "1e12"),
        Item(name="sterility", label="sterility", kind="code", codes=TESTED),
        _optional("mycoplasma", "mycoplasma", kind="code", codes=TESTED),
        _optional(
            "endotoxin", "endotoxin", kind="quantity", unit="EU/mL", low=Decimal(0), high=Decimal(10000)
        ),
        Item(name="expiry", label="usable until", kind="date"),
        _optional("vehicle", "vehicle", kind="text"),
        _optional(
            "state",
            "state of the cells",
            kind="code",
            codes=(("fresh", "never frozen"), ("thawed", "thawed")),
        ),
        _number(
            "minutes_to_injection",
            "minutes from harvest or thaw to injection",
            "min",
            "10000",
            required=False,
        ),
    ),
    mapping=(("domain", "BS"), ("lot", "EXLOT")),
    notes=("A result that is pending is not a pass: the protocol says who may release and on what.",),
)

"""What a protocol file may say: every section, key and column, in one declaration.

It drives reading (`filling`), writing (`writing`), the reference page and the JSON Schema (`describing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol import (
    grammar_capture,
    grammar_conduct,
    grammar_laboratory,
    grammar_plan,
    grammar_product,
)

if TYPE_CHECKING:
    from firstdose.protocol.fields import Section

SECTIONS: tuple[Section, ...] = (
    *grammar_conduct.SECTIONS,
    *grammar_laboratory.SECTIONS,
    *grammar_product.SECTIONS,
    *grammar_capture.SECTIONS,
    *grammar_plan.SECTIONS,
)
BY_NAME = {section.name: section for section in SECTIONS}

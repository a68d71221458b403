"""The identity of a protocol: a hash of what it means, not of how it is written."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from firstdose.values.number import plain
from firstdose.values.quantity import Quantity

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol

_SALT = "firstdose protocol 1"


def compute_identity(protocol: Protocol) -> str:
    """SHA-256 (64 hexadecimal digits) of the canonical JSON of the model.

    Comments, spacing, quotes and the order of keys do not count; the order of rows does. A word that the format
    learnt later leaves the identity of every protocol that does not use it as it was.
    """
    text = json.dumps(canonical(protocol), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256((_SALT + text).encode()).hexdigest()


def canonical(part: Any) -> Any:
    """A part of the model in JSON's own words: equal exactly where the parts mean the same.

    Numbers are plain decimals (1e6 and 1000000 are equal), units their symbols, texts NFC with single blanks.
    """
    if isinstance(part, str):
        return unicodedata.normalize("NFC", re.sub(r" {2,}", " ", part))
    if isinstance(part, Decimal):
        return plain(part)
    if isinstance(part, Quantity):
        return [plain(part.value), part.unit.symbol]
    if isinstance(part, tuple):
        return [canonical(each) for each in part]
    if is_dataclass(part):
        return {
            each.name: canonical(getattr(part, each.name))
            for each in fields(part)
            if not (each.metadata.get("later") and getattr(part, each.name) == each.default)
        }
    return part

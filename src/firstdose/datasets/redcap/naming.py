"""Names that REDCap takes: one rule for fields, instruments, events and codes.

Lower-case letters, digits and single underscores, a letter first. An item keeps its name where no other form has it; else
the form stands before it. A name of more than 26 characters keeps its first 19 and ends in six digits of its SHA-256, so
that it never depends on the other names.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.records.visits import PARTICIPANTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from firstdose.protocol.names import Form

LONGEST, LONGEST_EVENT = 26, 18
RECORD_ID = "record_id"
SIGN, WHICH, TEXTS = "__sign", "__which", "__texts"  # beside the items of a form
_OWN = {SIGN: "sign", WHICH: "which", TEXTS: "texts"}
_RESERVED = frozenset(
    {
        RECORD_ID,
        "redcap_event_name",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "redcap_data_access_group",
        "redcap_survey_identifier",
    }
)


@dataclass(frozen=True, slots=True)
class Names:
    """`fields`: (form, item or part) > field; `instruments`: form > instrument."""

    fields: Mapping[tuple[str, str], str]
    instruments: Mapping[str, str]


def names_of(forms: Mapping[str, Form]) -> Names:
    """The names of everything a project holds; the same forms give the same names, hidden or not."""
    instruments = _distinct({(name, ""): legal(name) for name in forms}, frozenset())
    completes = {f"{name}_complete" for name in instruments.values()}
    wanted = {
        (form.name, part): _preferred(form.name, part) for form in forms.values() for part in parts_of(form)
    }
    usual = Counter(wanted.values())
    taken = _RESERVED | completes
    told = {
        at: name if usual[name] == 1 and name not in taken else legal(f"{at[0]}_{_plain(at[1])}")
        for at, name in wanted.items()
    }
    return Names(_distinct(told, taken), {name: made for (name, _), made in instruments.items()})


def parts_of(form: Form) -> list[str]:
    """What a form needs fields for: which record it is, items with their signs, texts that no field can hold."""
    which = [WHICH] if repeats(form) else []
    items = [part for item in form.items for part in _item_parts(item.name, sign=item.kind == "quantity")]
    return [*which, *items, *([TEXTS] if form.items else [])]


def repeats(form: Form) -> bool:
    """Whether it is a repeating instrument: one record a lesion, or one a thing that happened."""
    return form.repeats or form.per == "lesion"


def legal(text: str, longest: int = LONGEST) -> str:
    """The text as a legal name."""
    name = re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", text.lower())).strip("_")
    name = name if name[:1].isalpha() else f"v_{name}".rstrip("_")
    return name if len(name) <= longest else _shortened(name, text, longest)


def event_names(visits: Sequence[str]) -> dict[str, str]:
    """Event > its unique name in the only arm."""
    made = {visit: legal(visit, LONGEST_EVENT) for visit in visits}
    usual = Counter(made.values())
    return {
        visit: f"{name if usual[name] == 1 else _shortened(name, visit, LONGEST_EVENT)}_arm_1"
        for visit, name in made.items()
    }


def legal_codes(codes: Iterable[str]) -> dict[str, str]:
    """Code > the code in REDCap: letters, digits and underscores; a second one that would be equal is numbered."""
    found: dict[str, str] = {}
    for code in codes:
        made = re.sub(r"[^A-Za-z0-9_]+", "_", code)
        number = 2
        while made in found.values():
            made, number = f"{re.sub(r'[^A-Za-z0-9_]+', '_', code)}_{number}", number + 1
        found[code] = made
    return found


def _item_parts(name: str, *, sign: bool) -> list[str]:
    return [name, f"{name}{SIGN}"] if sign else [name]


def _preferred(form: str, part: str) -> str:
    return legal(f"{form}_{_plain(part)}" if part in _OWN or form == PARTICIPANTS else _plain(part))


def _plain(part: str) -> str:
    """`tnf__sign` as tnf_sign, `__which` as which."""
    return re.sub("__+", "_", part).strip("_")


def _distinct(
    names: Mapping[tuple[str, str], str], taken: frozenset[str] | set[str]
) -> dict[tuple[str, str], str]:
    """What is still equal, or taken, ends in digits of its own."""
    usual = Counter(names.values())
    return {
        at: name if usual[name] == 1 and name not in taken else _shortened(name, ".".join(at), LONGEST)
        for at, name in names.items()
    }


def _shortened(name: str, whole: str, longest: int) -> str:
    digest = hashlib.sha256(whole.encode()).hexdigest()[:6]
    return f"{name[: longest - 7].rstrip('_')}_{digest}"

"""The inspector's pack: everything that proves the trail on another computer, in one archive."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

from firstdose import __version__
from firstdose.records.log.file import log_lines
from firstdose.report.pdf import render_pdf
from firstdose.web.audit.clock import read_stamp
from firstdose.web.audit.models import Anchor
from firstdose.web.audit.trail import Filters, Scope, as_csv, found, told
from firstdose.web.exports.making import Made, archive, filled_crf, make_blank_crf, tables_of, whole_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.web.exports.making import Source

# What is told in people.csv: accounts, roles, training, logins, second factors.
PEOPLE = ("user.", "role.", "login.", "logout.", "factor.", "password.")
READ_ME = """firstdose {version}: inspector's pack of {study}, up to event {seq} ({head})

log.jsonl       every event, chained; its format is one page of the documentation (log format 1)
anchors.txt     signed heads of the chain; compare with those that were mailed out of the database's reach
trail.csv       the same events as a table
people.csv      every event about accounts, roles, training and logins
protocol.yaml   the version of the protocol in force
records/        the tables of the study as they stand
crf/            the filled case report form of each participant, with every change; and the blank one

To verify on another computer: pip install firstdose, then: firstdose verify log.jsonl anchors.txt
"""


def make_pack() -> Made:
    """One archive of the whole study, the same bytes for the same log."""
    source = whole_source()
    files = list(_files(source))
    name = f"{source.study.id}-{source.state.seq}-inspector.zip"
    return Made(name, archive(files), "application/zip", len(source.events))


def _files(source: Source) -> Iterator[tuple[str, bytes]]:
    named = {
        "version": __version__,
        "study": source.study.id,
        "seq": source.state.seq,
        "head": source.state.head,
    }
    yield "READ-ME.txt", READ_ME.format(**named).encode()
    yield "log.jsonl", b"".join(log_lines(source.events))
    yield "anchors.txt", "".join(f"{row.line}\n" for row in Anchor.objects.order_by("seq", "pk")).encode()
    yield "trail.csv", _trail(source)
    yield "people.csv", _trail(source, *PEOPLE)
    yield "protocol.yaml", source.study.text.encode()
    yield from tables_of(source).items()
    yield "crf/blank.pdf", make_blank_crf(source).content
    moment = read_stamp(source.events[-1].at).replace(microsecond=0)
    for participant in source.state.participants():
        yield f"crf/{participant}.pdf", render_pdf(filled_crf(source, participant), moment)


def _trail(source: Source, *kinds: str) -> bytes:
    """The events of the source, of these kinds where any are named, as the page of the trail exports them."""
    rows = found(Filters(), Scope()).filter(seq__lte=source.state.seq)
    if kinds:
        rows = rows.filter(reduce(or_, (Q(kind__startswith=kind) for kind in kinds)))
    content, _many = as_csv(told(rows))
    return content

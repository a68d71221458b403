"""The command about the chain of custody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstdose.cli.application import app
from firstdose.cli.arguments import RECORDS, SourceFolder, StudyFolder
from firstdose.cli.printing import place_of, stop
from firstdose.cli.reading import read_checked_protocol, read_checked_records

if TYPE_CHECKING:
    from firstdose.laboratory.custody import Chain


@app.command()
def custody(
    study: StudyFolder,
    name: Annotated[
        str, typer.Argument(help="The id on a label: of a donor, lot, vial, syringe ...", metavar="ID")
    ],
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the chain as JSON.")] = None,
    source: SourceFolder = None,
) -> None:
    """Follow one id of the cell product: from its source down to every lesion, with the release of its lots."""
    from firstdose.laboratory.custody import chain, read_ledger
    from firstdose.laboratory.issues_of_product import CODES
    from firstdose.laboratory.release import derive_releases
    from firstdose.laboratory.telling_custody import chain_as_json, tell_chain
    from firstdose.values.issue import Issue, did_you_mean

    protocol = read_checked_protocol(study / "protocol.yaml")
    reading, found = read_checked_records(study, protocol, source)
    followed = chain(reading.snapshot, name)
    if followed is None:
        guess = did_you_mean(name, read_ledger(reading.snapshot).by_id)
        remedy = f"{guess}Write an id of records/custody.csv."
        stop(
            [Issue(place_of(study), "FD-R236", f"No record of custody has the id '{name}'.", remedy)], RECORDS
        )
    releases = derive_releases(protocol, reading.snapshot)
    own = _own(followed)
    told = [issue for issue in found if issue.code in CODES and (issue.place.file, issue.place.line) in own]
    if json_file is not None:
        written = chain_as_json(followed, releases, told)
        json_file.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    typer.echo(
        "\n".join(tell_chain(followed, releases if protocol.product and protocol.product.release else None))
    )
    for issue in told:
        typer.echo(str(issue))


def _own(followed: Chain) -> set[tuple[str, int]]:
    """The lines of the records that the chain is made of."""
    links = [*followed.above, followed.link, *(link for _, link in followed.below)]
    return {(link.place.file, link.place.line) for link in links}

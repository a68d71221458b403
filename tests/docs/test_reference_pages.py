"""The pages of docs beside the Issues: what they show happens, what they list is there, what they count is counted."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
import typer

from docs import pages
from firstdose import cli
from firstdose.analysis.results import PLAIN
from firstdose.catalogue import Item, load
from firstdose.cli import arguments, studies
from firstdose.protocol.describing import render_grammar
from firstdose.protocol.rule import FUNCTIONS, Name, read_rule
from firstdose.records import cells
from firstdose.records.mapping import mapping_of
from firstdose.records.order import is_unplanned
from firstdose.records.study import INVENTED, MAPPING, RECORDS
from firstdose.records.tables import REMARK
from firstdose.records.visits import PARTICIPANTS, VISITS, VISITS_FORM
from firstdose.report.wording import TRACE
from firstdose.values import units
from firstdose.values.issue import Place
from firstdose.values.missing import MISSING
from tests.docs.consoles import options_typed, walk
from tests.shared import ROOT

DOCS = ROOT / "docs"
OURS = [
    DOCS / f"{name}.md"
    for name in (
        "index", "reference/commands", "reference/protocol-file", "reference/instruments", "reference/methods",
        "reference/records", "how-to/first-trial", "how-to/mapping", "how-to/read-the-report",
        "explanation/small-samples", "explanation/architecture", "how-to/plan-a-trial", "reference/ars",
        "explanation/statisticians-tour", "reference/type-one-error", "how-to/design-an-escalation",
        "how-to/bring-instrument-files", "how-to/run-capture", "explanation/capture-in-pictures",
    )
]  # fmt: skip
SHOWING = (
    "reference/commands.md",
    "how-to/first-trial.md",
    "how-to/mapping.md",
    "how-to/plan-a-trial.md",
    "how-to/design-an-escalation.md",
    "how-to/bring-instrument-files.md",
)


def text_of(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def part_of(page: str, heading: str) -> str:
    """What stands below a heading, to the next heading of any level."""
    found = re.search(rf"(?ms)^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", text_of(page))
    assert found, f"{page} has no heading '{heading}'"
    return found[1]


def rows_of(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without heads and rulers."""
    tables = re.findall(r"(?m)^\|.*\n\|[-| ]+\|\n((?:^\|.*\n)*)", text)
    return [
        [cell.strip() for cell in row.strip("|").split("|")] for table in tables for row in table.splitlines()
    ]


def quoted_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def named_in(text: str, column: int = 0) -> list[str]:
    """Every name in backticks in one column of the tables of a text."""
    return [name for row in rows_of(text) for name in quoted_in(row[column])]


# --------------------------------------------------------------------------------------------------- what is shown


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Each page that shows a terminal, walked once; the demonstration runs on the small study of the page itself."""
    done = {}
    for page in SHOWING:
        folder = tmp_path_factory.mktemp("page")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            (folder / "clone" / "trials").mkdir(parents=True)
            (folder / "clone" / "trials" / "adsc_psoriasis").symlink_to(folder / "rehearsal")
            patch.setattr(
                studies, "__file__", str(folder / "clone" / "src" / "firstdose" / "cli" / "studies.py")
            )
            done[page] = walk(text_of(page), folder)
    return done


@pytest.mark.parametrize("page", SHOWING)
def test_what_a_page_shows_is_what_is_told(page, walked):
    assert walked[page].commands
    assert walked[page].wrong == []


# It serves until it is interrupted: tests/web/test_serving.py starts it in a process of its own.
SERVES = "serve"


def test_every_command_is_tried_with_every_option_on_the_page_of_commands(walked):
    commands = walked["reference/commands.md"].commands
    for name, command in typer.main.get_command(cli.app).commands.items():
        if name == SERVES:
            continue
        tried = {
            option
            for line in commands
            if line.startswith(f"firstdose {name}")
            for option in options_typed([line])
        }
        assert any(line.startswith(f"firstdose {name}") for line in commands), name
        listed = named_in(part_of("reference/commands.md", f"`firstdose {name}`"))
        known = {
            option
            for each in command.params
            for option in (*each.opts, *each.secondary_opts)
            if option.startswith("--")
        }
        assert {option.split()[0] for option in listed} == known - {"--help"}, name
        assert known - tried <= {"--help", "--source", "--pdf", "--workers", "--cluster"}, name


def test_the_exit_codes_are_those_of_the_command_line():
    codes = [int(row[0]) for row in rows_of(part_of("reference/commands.md", "How a command ends"))]
    assert codes == [0, 2, *(getattr(arguments, name) for name in KEPT)]


def test_a_command_typed_wrongly_ends_with_2(monkeypatch):
    monkeypatch.setattr("sys.argv", ["firstdose", "check"])
    with pytest.raises(SystemExit) as end:
        cli.run()
    assert end.value.code == 2


KEPT = ("PROTOCOL", "RECORDS", "ANALYSIS", "EXPORT", "OURS", "UNDECIDED", "NOT_SERVED")


@pytest.mark.parametrize(("code", "constant"), [(14, "OURS")])
def test_an_exit_code_that_is_only_kept_is_not_used(code, constant):
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    assert len(re.findall(rf"\b{constant}\b", sources)) == 1
    assert re.findall(rf"(?:EXIT = |exit_code=|Exit\(|UserError\([^\n]*, ){code}\b", sources) == []


def test_a_page_that_shows_something_else_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = "```yaml p.yaml\n# firstdose mapping, format 1\n```\n```console\n$ {}\n```\n"
    assert walk(page.format("firstdose check p.yaml"), tmp_path).wrong == [
        "$ firstdose check p.yaml: exit code 10, and the page does not say so"
    ]
    assert walk(page.format("firstdose check p.yaml\n...\n$ echo $?\n10"), tmp_path).wrong == []
    assert walk(page.format("firstdose check p.yaml\n...\n$ echo $?\n11"), tmp_path).wrong[:2] == [
        "$ echo $?",
        "shown  11",
    ]
    assert walk(page.format("cat p.yaml\n# ...dose mapping, format 2"), tmp_path).wrong != []


# ------------------------------------------------------------------------------------------- what the package writes


def test_pages_are_current():
    """`make pages` writes them anew."""
    written = list(pages.pages())
    assert [
        path.name for path in written if pages.rewritten(path.read_text("utf-8")) != path.read_text("utf-8")
    ] == []
    assert {name for path in written for _, name, _ in pages.PART.findall(path.read_text("utf-8"))} == set(
        pages.PARTS
    )


def test_the_schema_is_current():
    assert pages.SCHEMA.read_text("utf-8") == pages.schema()


def test_the_page_of_the_protocol_file_is_the_grammar():
    assert render_grammar().rstrip() in text_of("reference/protocol-file.md")


@pytest.mark.parametrize(
    ("shelf", "page"),
    [
        ("instruments", "instruments"),
        ("instruments.dictionaries", "instruments"),
        ("methods", "methods"),
        ("designs", "methods"),
    ],
)
def test_every_entry_has_its_section(shelf, page):
    text = text_of(f"reference/{page}.md")
    assert [name for name in load(shelf) if text.count(f"\n## `{name}`\n") != 1] == []


def test_every_item_score_variant_and_rule_stands_in_its_section():
    for name, entry in load("instruments").items():
        told = part_of("reference/instruments.md", f"`{name}`")
        named = [
            *(item.name for item in entry.items),
            *(score.name for score in entry.scores),
            *entry.variants,
        ]
        assert [each for each in named if f"`{each}`" not in told and f"_{each}`" not in told] == []
        assert [
            rule.code for rule in entry.integrity if f"[{rule.code}](../issues/{rule.code}.md)" not in told
        ] == []
        assert entry.source in told
        assert entry.licence in told


def test_every_method_says_what_it_refuses_and_which_test_holds_it():
    for name, entry in load("methods").items():
        told = part_of("reference/methods.md", f"`{name}`")
        assert [each for each in (*entry.refuses, entry.sentence, entry.source) if each not in told] == []
        assert [option.name for option in entry.options if f"| `{option.name}` |" not in told] == []
        assert (ROOT / entry.reference).is_file()


# -------------------------------------------------------------------------------------------------- rules and units

SIGHT = {
    "x": Name(kind="number"), "y": Name(kind="number"), "grade": Name(kind="ordinal"), "rule": Name(kind="truth"),
    "from": Name(kind="date"), "to": Name(kind="date"), "site": Name(kind="code", codes=("scalp", "face")),
}  # fmt: skip


def test_functions_of_the_rule_language_are_listed_and_can_be_read():
    shown = [call for call in named_in(part_of("reference/protocol-file.md", "Rules")) if "(" in call]
    assert [call.partition("(")[0] for call in shown] == [
        *(f for f in ("missing", "at", "change", "days")),
        *FUNCTIONS[1:-3],
    ]
    for call in (*shown, "min(x, y)", "0 <= grade <= 5", 'site in ("scalp", "face")'):
        assert read_rule(call, SIGHT, Place("page"), ("VISIT",))[1] == []


def test_units_are_listed_completely():
    listed = named_in(part_of("reference/protocol-file.md", "Units"), 1)
    assert sorted(listed) == sorted(units._ATOMS)
    assert units.read_unit("uL").same_dimension(units.read_unit("mm3"))
    assert not units.read_unit("months").same_dimension(units.read_unit("days"))
    for joined in ("cells/cm2", "10^6 cells/mL", "mg/dL"):
        assert units.read_unit(joined)


# ---------------------------------------------------------------------------------------------------------- records

ITEMS = {
    "number": Item(name="size", label="size", kind="number", unit="cm"),
    "whole number": Item(name="age", label="age", kind="integer"),
    "grade": Item(name="sign", label="sign", kind="ordinal", low=Decimal(0), high=Decimal(4)),
    "quantity": Item(name="il23", label="IL-23", kind="quantity", unit="pg/mL"),
    "yes or no": Item(name="bruise", label="bruise", kind="truth"),
    "code": Item(name="side", label="side", kind="code", codes=(("left", ""), ("right", ""))),
    "date": Item(name="onset", label="onset", kind="date"),
    "text": Item(name="term", label="term", kind="text"),
}
TAKEN, REFUSED = (
    [row for row in rows_of(part_of("reference/records.md", "Cells")) if row[2].startswith("FD-") is refused]
    for refused in (False, True)
)


def read_as(cell: cells.Cell) -> str:
    if cell.reason:
        return f"missing: {cell.reason}"
    if isinstance(cell.value, bool):
        return "yes" if cell.value else "no"
    value = f"{cell.value:.15g}" if isinstance(cell.value, float) else str(cell.value)
    return {"<": "below ", ">": "above ", None: ""}[cell.comparator] + value


@pytest.mark.parametrize(("kind", "written", "becomes"), TAKEN)
def test_a_cell_is_read_as_the_page_says(kind, written, becomes):
    cell = cells.read_cell(ITEMS[kind], written.strip("`"))
    assert (read_as(cell), cell.faults) == (becomes, ())


@pytest.mark.parametrize(("kind", "written", "told"), REFUSED)
def test_a_cell_is_refused_as_the_page_says(kind, written, told):
    cell = cells.read_cell(ITEMS[kind], "" if written == "(empty)" else written.strip("`"))
    assert cell.value is None
    assert [fault.code for fault in cell.faults] == [told]


def test_words_for_yes_and_no_are_listed():
    said = re.search(r"Yes is (.*?), no is (.*?), in any case", text_of("reference/records.md"))
    assert {
        **dict.fromkeys(quoted_in(said[1]), True),
        **dict.fromkeys(quoted_in(said[2]), False),
    } == cells.TRUTHS


def test_reasons_of_a_gap_are_listed():
    listed = named_in(part_of("reference/records.md", "Missing values"))
    assert set(listed) == {
        *MISSING,
        cells.UNREADABLE,
        cells.EMPTY,
        cells.NO_COLUMN,
        cells.MISSED,
        cells.NO_RECORD,
    }


def test_the_study_folder_is_as_the_page_says():
    page = text_of("reference/records.md")
    for name in (RECORDS, MAPPING, INVENTED, REMARK):
        assert name in page
    keys, tables = (
        named_in(part_of("reference/records.md", "Columns")),
        rows_of(part_of("reference/records.md", "Columns")),
    )
    assert keys == ["participant", "visit", "lesion", "date", REMARK, PARTICIPANTS, VISITS]
    assert quoted_in(tables[-1][1]) == ["participant", "visit", *(item.name for item in VISITS_FORM.items)]
    assert all(is_unplanned(name) for name in ("UNS", "UNS1", "UNS2", "END"))
    assert quoted_in(re.search(r"`status` is (.*?);", page)[1]) == list(VISITS_FORM.item("status").code_names)


# ---------------------------------------------------------------------------------------------------------- mappings

TABLES = {
    row[0].strip("`"): quoted_in(row[1])
    for row in rows_of(part_of("how-to/mapping.md", "Keys of a source"))
    if len(row) == 3
}


def known_keys(text: str) -> list[str]:
    """What a mapping takes where it does not take `zzzz`, in its own words."""
    told = [
        issue.remedy
        for issue in mapping_of(f"# firstdose mapping, format 1\n{text}", "mapping.yaml")[1]
        if "zzzz" in issue.message
    ]
    return re.fullmatch(r"It has (.*)\.", told[0])[1].split(", ")


SOURCE = "sources:\n  a:\n    file: f\n    activity: a\n    participant: p\n"


def test_keys_of_a_mapping_are_listed():
    assert named_in(part_of("how-to/mapping.md", "Keys of a mapping")) == known_keys(f"zzzz: 1\n{SOURCE}")
    assert set(named_in(part_of("how-to/mapping.md", "Keys of a source"))) == set(
        known_keys(f"{SOURCE}    zzzz: 1\n")
    )


@pytest.mark.parametrize("table", TABLES)
def test_columns_of_a_table_of_a_mapping_are_listed(table):
    assert TABLES[table] == known_keys(f"{SOURCE}    {table}: |\n      zzzz  yyyy\n      1     2\n")


# ----------------------------------------------------------------------------------------------------------- report


def test_columns_of_the_results_are_listed():
    listed = named_in(part_of("how-to/read-the-report.md", "The numbers as a table"))
    assert sorted(listed) == sorted([*PLAIN, "excluded", "incomplete", "sources"])


@pytest.fixture(scope="module")
def titles(tmp_path_factory):
    """The titles of a report on two invented participants, of a protocol that has everything."""
    from firstdose.analysis.basis import make_basis
    from firstdose.analysis.running import analyse_basis
    from firstdose.protocol.reading import read_protocol_text
    from firstdose.protocol.writing import starter
    from firstdose.records.study import read_study
    from firstdose.rehearsal import rehearse, write_study
    from firstdose.report.content.building import build_report

    published = "published: |\n  result  source  variable  statistic  value  n\n  P1      paper   age       mean       32.8   5\n"
    text = f"{starter()}\n{published}"
    protocol = read_protocol_text(text).protocol
    folder = tmp_path_factory.mktemp("study")
    write_study(rehearse(protocol, 2, 1), text, folder)
    basis = make_basis(protocol, read_study(folder, protocol).snapshot)
    return [section.title for section in build_report(basis, analyse_basis(basis), ()).blocks]


def test_the_parts_of_the_report_are_listed_in_their_order(titles):
    listed = [row[0] for row in rows_of(part_of("how-to/read-the-report.md", "Its parts"))]
    assert listed == [*titles, TRACE]


# ------------------------------------------------------------------------------------------------------ explanations


def test_no_number_about_small_samples_is_typed_by_hand():
    page = pages.PART.sub("", text_of("explanation/small-samples.md"))
    without_links = re.sub(r"\]\([^)]*\)", "]", page)
    assert re.findall(r"\d+", without_links) == []


def test_with_five_participants_no_exact_test_of_two_times_reaches_one_in_twenty():
    paired = [entry for entry in load("methods").values() if entry.smallest_p and entry.design == "paired"]
    assert len(paired) >= 3
    assert all(entry.smallest_p(5, 2, "two-sided", ()) > 0.05 for entry in paired)


def test_every_room_is_told_in_the_order_of_the_walls():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(each["layers"] for each in contracts if each["id"] == "layers")
    told = named_in(part_of("explanation/architecture.md", "Rooms"))
    rooms = [[room for room in re.split(r" \| ", layer) if "(" not in room] for layer in reversed(layers)]
    place = {room: number for number, names in enumerate(rooms) for room in names}
    assert sorted(told) == sorted(place)
    assert [place[room] for room in told] == sorted(place.values())
    assert all((ROOT / "src" / "firstdose" / room).is_dir() for room in told if room != "cli")


def test_every_wall_and_its_test_is_told():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    told = named_in(part_of("explanation/architecture.md", "Walls and what holds them"))
    assert [name for name in told if not name.endswith(".py")] == [each["id"] for each in contracts]
    assert [name for name in told if name.endswith(".py") and not (ROOT / "tests" / name).is_file()] == []


# ------------------------------------------------------------------------------------------------------------ links


def anchors(page: Path) -> set[str]:
    """What headings are called in links: small letters, blanks as hyphens, no other marks."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text("utf-8"))
    return {
        re.sub(r"[^\w -]", "", heading.replace("\\*", "").strip().lower()).strip().replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_index_leads_to_every_page():
    linked = {(DOCS / link).resolve() for link in re.findall(r"\]\(([^)#\s]+)\)", text_of("index.md"))}
    assert {path.resolve() for path in OURS if path.name != "index.md"} - linked == set()

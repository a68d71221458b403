"""Only `web/audit` writes the log and what holds by it; nothing anywhere drops a row in silence."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import modules

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = "web/audit/"
OF_THE_LOG = {"Event", "Payload", "Anchor", "CurrentRecord", "CurrentValue", "CurrentQuery", "CurrentLock"}
TABLES = ("event", "payload", "anchor", "current_record", "current_value", "current_query", "current_lock")
WRITES = {
    "save", "create", "acreate", "update", "aupdate", "delete", "adelete", "bulk_create", "abulk_create",
    "bulk_update", "abulk_update", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create",
}  # fmt: skip
SQL = re.compile(
    rf"(?i)\b(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update|delete\s+from|truncate(?:\s+table)?|alter\s+table"
    rf"|drop\s+table|copy)\s+\"?(?:{'|'.join(TABLES)})\b|\bdrop\s+trigger\b"
)
PRIVATE = {"put_back", "project", "rebuild", "lifted", "disarm", "_insert"}  # of web/audit, for web/audit


def models_in(tree: ast.AST) -> tuple[set[str], set[str]]:
    """Names by which a module knows the log's models, and the module of them."""
    classes, homes = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                if node.module == "firstdose.web.audit.models" and name.name in OF_THE_LOG:
                    classes.add(name.asname or name.name)
                if node.module == "firstdose.web.audit" and name.name == "models":
                    homes.add(name.asname or name.name)
    return classes, homes


def names_the_log(node: ast.AST, classes: set[str], homes: set[str]) -> bool:
    """Whether one of the models is named anywhere in an expression, as Event or models.Event."""
    return any(
        (isinstance(each, ast.Name) and each.id in classes)
        or (
            isinstance(each, ast.Attribute)
            and each.attr in OF_THE_LOG
            and isinstance(each.value, ast.Name)
            and each.value.id in homes
        )
        for each in ast.walk(node)
    )


def holding(tree: ast.AST, classes: set[str], homes: set[str]) -> set[str]:
    """Variables that hold rows or queries of the log: assigned from, or looped over, an expression that names it."""
    held: set[str] = set()
    for _ in range(3):  # of one another, too
        known = classes | held
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if _is_query(node.value, known, homes):
                    held |= {
                        each.id
                        for target in targets
                        for each in ast.walk(target)
                        if isinstance(each, ast.Name)
                    }
            elif isinstance(node, ast.For | ast.comprehension) and _is_query(node.iter, known, homes):
                held |= {each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)}
    return held


def _is_query(node: ast.AST, classes: set[str], homes: set[str]) -> bool:
    """An expression whose root is the model itself or rows of it: Event.objects.filter(...).first()."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        if (
            names_the_log(node, classes, homes)
            and isinstance(node, ast.Attribute)
            and node.attr in OF_THE_LOG
        ):
            return True
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id in classes


def writings(tree: ast.AST) -> Iterator[str]:
    """Every call and every statement that would write the log past its one writer."""
    classes, homes = models_in(tree)
    held = classes | holding(tree, classes, homes)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in WRITES
            and _is_query(node.func.value, held, homes)
        ):
            yield f"{node.lineno}: .{node.func.attr}() of the log"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
            yield f"{node.lineno}: SQL that writes the log"
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("firstdose.web.audit"):
            for name in node.names:
                if name.name in PRIVATE:
                    yield f"{node.lineno}: {name.name} is for the log's own app"


def silences(tree: ast.AST) -> Iterator[str]:
    """`ignore_conflicts`: rows that stand in the way make others vanish without a word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "ignore_conflicts":
            yield f"{node.value.lineno}: ignore_conflicts"
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.search(
                r"(?i)\binsert\s+or\s+(?:ignore|replace)\b|\bon\s+conflict\s+do\s+nothing\b", node.value
            )
        ):
            yield f"{node.lineno}: a row that vanishes in SQL"


def test_nothing_outside_of_its_app_writes_the_log() -> None:
    found = [
        f"{path}:{each}"
        for path, tree in modules().items()
        if not path.startswith(HOME)
        for each in writings(tree)
    ]
    assert found == []


def test_nothing_anywhere_drops_a_row_in_silence() -> None:
    assert [f"{path}:{each}" for path, tree in modules().items() for each in silences(tree)] == []


FROM = "from firstdose.web.audit.models import Event, CurrentValue\nfrom firstdose.web.audit import models\n"


@pytest.mark.parametrize(
    "planted",
    [
        "Event.objects.create(seq=1)",
        "CurrentValue.objects.filter(item='x').update(text='y')",
        "models.CurrentLock.objects.all().delete()",
        "models.Payload.objects.bulk_create([])",
        "row = Event.objects.first()\nrow.save()",
        "for row in CurrentValue.objects.filter(item='x'):\n    row.delete()",
        "Event(seq=1).save()",
        "cursor.execute('UPDATE event SET actor = 1')",
        "cursor.execute('insert or replace into payload values (1)')",
        "cursor.execute('DELETE FROM current_value')",
        "cursor.execute('DROP TRIGGER event_never_changes')",
        "from firstdose.web.audit.append import put_back",
        "from firstdose.web.audit.guards import lifted",
    ],
)
def test_a_planted_write_is_found(planted: str) -> None:
    assert len(list(writings(ast.parse(FROM + planted)))) == 1


@pytest.mark.parametrize(
    "allowed",
    [
        "Event.objects.filter(kind='x').count()",
        "rows = list(CurrentValue.objects.all())\nnames = {}\nnames.update({row.item: row for row in rows})",
        "person.save()",
        "Draft.objects.update_or_create(key='x')",
        "words = 'What happened after the event updates the page.'",
        "from firstdose.web.audit.append import append",
    ],
)
def test_reading_the_log_and_writing_other_tables_is_allowed(allowed: str) -> None:
    assert list(writings(ast.parse(FROM + allowed))) == []


@pytest.mark.parametrize(
    "planted",
    ["X.objects.bulk_create(rows, ignore_conflicts=True)", "cursor.execute('INSERT OR IGNORE INTO x')"],
)
def test_a_planted_silence_is_found(planted: str) -> None:
    assert len(list(silences(ast.parse(planted)))) == 1

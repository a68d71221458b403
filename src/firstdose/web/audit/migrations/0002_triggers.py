"""The triggers that hold the log, in the words of each database."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from firstdose.web.audit.guards import install


def _install(_: Any, editor: Any) -> None:
    install(editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]  # noqa: RUF012, Django's form

    operations = [migrations.RunPython(_install, migrations.RunPython.noop)]  # noqa: RUF012

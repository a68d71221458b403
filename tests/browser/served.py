"""`firstdose serve FOLDER --rehearsal` on loopback, its clock set by the file FOLDER/now, its logins by the real clock.

python -m tests.browser.served FOLDER PORT
"""

from __future__ import annotations

import datetime as real
import sys
from pathlib import Path


def main(folder: Path, port: str) -> None:
    """The command line's own serve, after the clock of the log was given into the test's hands."""
    from firstdose.web.audit import clock

    class Told(real.datetime):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> real.datetime:  # type: ignore[override]
            return real.datetime.fromisoformat((folder / "now").read_text("ascii")).astimezone(tz)

    clock.datetime = Told  # type: ignore[attr-defined]
    from firstdose.web.project import serving

    configure = serving.configure

    def configured(study: Path, *, rehearsal: bool = False) -> None:
        configure(study, rehearsal=rehearsal)
        from firstdose.web.accounts import sessions

        sessions.now = lambda: real.datetime.now(real.UTC)  # type: ignore[attr-defined]  # noqa: TID251

    serving.configure = configured
    from firstdose.cli.application import app

    app(["serve", str(folder), "--rehearsal", "--port", port])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

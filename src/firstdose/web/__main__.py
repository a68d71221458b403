"""Commands of the site, for those who keep it: `python -m firstdose.web COMMAND`, with FIRSTDOSE_STUDY set."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstdose.web.project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["python -m firstdose.web", *sys.argv[1:]])


if __name__ == "__main__":
    main()

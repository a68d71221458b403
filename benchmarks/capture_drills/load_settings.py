"""The site's own settings with one page more: the bare view that a save is compared with."""

from firstdose.web.project.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.capture_drills.load_urls"

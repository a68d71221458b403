"""Photographs: what is kept, what is refused, and that the file is still the one the log speaks of."""

from __future__ import annotations

import io
from hashlib import sha256

import pytest
from django.core.management import call_command
from PIL import Image

from firstdose.web.audit.reading import events
from firstdose.web.capture.photographs import NoPhotograph, check_photographs, drawn_anew, photographs_of
from tests.web import people
from tests.web.capture.test_records import CONSENT, LESION


@pytest.fixture
def mapped(study, settings, tmp_path):
    settings.KEPT = tmp_path
    people.add_participant(site="S1")
    people.set_values("informed_consent", CONSENT, visit="SCR")
    people.set_values("lesion_map", LESION, visit="BL", repeat="L1")


def picture(kind="JPEG", size=(40, 30), **more):
    written = io.BytesIO()
    Image.new("RGB", size, "salmon").save(written, kind, **more)
    return written.getvalue()


def send(client, content, lesion="L1", name="P-001 dose DL2.jpg", idem=""):
    file = io.BytesIO(content)
    file.name = name
    told = {"lesion": lesion, "visit": "BL", "file": file, "idem": idem}
    return client.post("/photographs/P-001/", told)


def test_a_photograph_is_kept_under_its_own_hash_without_what_the_camera_wrote(as_role, mapped, tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "somebody's name"
    assert send(as_role("coordinator"), picture(exif=exif)).status_code == 302
    (found,) = photographs_of("P-001")
    kept = (tmp_path / "photographs" / f"{found.sha256}.jpg").read_bytes()
    assert sha256(kept).hexdigest() == found.sha256
    assert b"somebody" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    (event,) = events(kind="photo.added")
    assert (event.key.visit, event.key.repeat) == ("BL", "L1")
    assert "DL2" not in str(event.payload)


def test_the_picture_is_shown_to_those_who_see_the_participant_only(as_role, mapped):
    client = as_role("coordinator")
    send(client, picture("PNG"))
    (found,) = photographs_of("P-001")
    at = f"/photographs/P-001/{found.sha256}.jpg"
    assert at in client.get("/photographs/P-001/").content.decode()
    shown = client.get(at)
    assert shown["Content-Type"] == "image/jpeg"
    assert b"".join(shown.streaming_content)[:3] == b"\xff\xd8\xff"
    assert as_role("coordinator", site="S2", name="Other One").get(at).status_code == 404
    assert client.get(f"/photographs/P-001/{'0' * 64}.jpg").status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a" + b"0" * 100, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff\xe0 not a picture",
     picture()[:-200], picture("PNG")[:60], b"\x89PNG\r\n\x1a\n" + b"\x00" * 64],
)  # fmt: skip
def test_what_is_no_photograph_is_refused_and_leaves_nothing(as_role, mapped, content, tmp_path):
    answer = send(as_role("coordinator"), content)
    assert answer.status_code == 422
    assert "FD-W051" in answer.content.decode()
    assert not list(events(kind="photo.added"))
    assert not (tmp_path / "photographs").exists()


def test_a_small_file_that_unfolds_into_a_huge_picture_is_refused():
    bomb = picture("PNG", size=(9000, 9000))
    assert len(bomb) < 1_000_000
    with pytest.raises(NoPhotograph):
        drawn_anew(bomb)


def test_a_file_that_was_changed_or_lost_is_found(as_role, mapped, tmp_path, capsys):
    send(as_role("coordinator"), picture())
    assert check_photographs() == []
    call_command("check_photographs")
    (found,) = photographs_of("P-001")
    found.path.write_bytes(picture(size=(41, 30)))
    assert [each.code for each in check_photographs()] == ["FD-W052"]
    with pytest.raises(SystemExit):
        call_command("check_photographs")
    found.path.unlink()
    assert "FD-W052" in as_role("monitor").get("/photographs/P-001/").content.decode()


def test_one_request_keeps_one_photograph(as_role, mapped):
    for _ in range(2):
        send(as_role("coordinator"), picture(), idem="once")
    assert len(photographs_of("P-001")) == 1


def test_who_may_not_add_photographs_is_refused(as_role, mapped):
    assert send(as_role("monitor"), picture()).status_code == 403


def test_a_lesion_that_is_not_on_the_map_gets_no_photograph(as_role, mapped):
    assert send(as_role("coordinator"), picture(), lesion="L9").status_code == 404

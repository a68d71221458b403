"""`firstdose custody STUDY ID`: one query from the source to the lesion and back."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from firstdose.cli import app
from firstdose.cli.arguments import RECORDS
from tests.unit.laboratory.product_study import LINKS, write_product_study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_product_study(tmp_path_factory.mktemp("custody"))


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_the_chain_of_a_syringe_goes_up_to_the_donor_and_down_to_its_plaque(study):
    done = run("custody", study, "S3")
    assert done.exit_code == 0
    kinds = [line.split()[0] if line[0] != ">" else line.split()[1] for line in done.output.splitlines()]
    assert kinds == ["donor", "bank", "lot", "vial", "thaw", "syringe", "plaque", "lot"]
    assert done.output.splitlines()[-1] == "lot A18: released"


def test_the_chain_is_written_as_json_too(study, tmp_path):
    assert run("custody", study, "A17", "--json", tmp_path / "chain.json").exit_code == 0
    written = json.loads((tmp_path / "chain.json").read_text("utf-8"))
    assert [link["kind"] for link in written["links"]].count("plaque") == 2
    assert written["lots"][0]["lot"] == "A17"


def test_an_unknown_id_is_refused_with_the_closest_one(study):
    done = run("custody", study, "S33")
    assert done.exit_code == RECORDS
    assert "Did you mean 'S3'?" in done.output


def test_what_is_wrong_with_a_link_is_told_below_its_chain(tmp_path):
    links = LINKS.replace("T18,thaw,V18,2024-04-02T08:00", "T18,thaw,V18,2024-04-02T01:00")
    done = run("custody", write_product_study(tmp_path, custody=links), "A18")
    assert "FD-R238" in done.output.splitlines()[-1]


def test_an_unreleased_lot_is_told_by_check_and_on_the_dose_sheet(tmp_path):
    study = write_product_study(
        tmp_path, release="lot,attribute,result,person,time\nA17,viability,95,QA,2024-03-01\n"
    )
    assert "FD-R235" in run("check", study).output
    assert run("dose", study, "--out", tmp_path / "dose").exit_code == 0
    assert "FD-R235" in (tmp_path / "dose" / "dose.html").read_text("utf-8")

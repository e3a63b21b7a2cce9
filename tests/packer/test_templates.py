"""`make packer-check` has to find what is wrong, and what it can't check has to agree."""

import shutil

import pytest

from lab.packer.checks import TEMPLATES, problems
from lab.packer.tools import packer


@pytest.fixture(scope="module")
def tools():
    return packer()


@pytest.fixture
def templates(tmp_path):
    return shutil.copytree(TEMPLATES, tmp_path / "packer")


def test_the_templates_are_in_order(tools):
    assert list(problems(tools)) == []


def test_a_file_out_of_format_is_told(tools, templates):
    clone = templates / "clone.pkr.hcl"
    clone.write_text(clone.read_text().replace("linked_clone =", "linked_clone   ="))
    assert any("fmt" in one and "clone.pkr.hcl" in one for one in problems(tools, templates))


def test_a_definition_that_sets_nothing_we_know_is_told(tools, templates):
    (templates / "definitions" / "wrong.pkrvars.hcl").write_text('no_such_variable = "x"\n')
    assert any(
        "validate" in one and "no_such_variable" in one for one in problems(tools, templates)
    )


def test_a_careless_script_is_told(tools, templates):
    (templates / "scripts" / "careless.sh").write_text("#!/bin/sh\nrm -r $HOME/$1\n")
    assert any("SC2086" in one for one in problems(tools, templates))


def test_the_local_try_takes_the_steps_of_every_other_build():
    build = "build.pkr.hcl"
    assert (TEMPLATES / "qemu" / build).samefile(TEMPLATES / build)

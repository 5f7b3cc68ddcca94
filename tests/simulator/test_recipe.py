"""What a recipe may say, and what it is told when it says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.recipe import DEFAULT, RecipeError, load, names
from simulator.world.catalogue import COURSES
from simulator.world.kpis import KPIS
from simulator.world.world import build_world


def written(folder: Path, text: str, name: str = "own.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", names())
def test_every_recipe_that_ships_can_be_cooked(name: str) -> None:
    recipe = load(name)
    assert recipe.name == name
    assert recipe.title and recipe.about
    kpis, courses = {kpi.kpi_id for kpi in KPIS}, {course.code for course in COURSES}
    for programme_id, plan in recipe.programmes.items():
        assert plan.kpi_id in kpis, programme_id
        assert plan.course_code not in courses, "a programme has content of its own"
        assert max(plan.start_months) < recipe.months, "every wave is trained"
    small = build_world(load(name, people=min(recipe.people, 600)))
    assert len(small.programmes) == len(recipe.programmes)


def test_what_is_asked_for_lies_on_top_of_the_recipe() -> None:
    assert (load().people, load(people=60).people) == (400, 60)
    assert load(months=None).months == load().months


def test_a_recipe_extends_another_and_changes_only_what_it_says(tmp_path: Path) -> None:
    path = written(tmp_path, "extends: meridian\ntitle: Mine\nworkforce: {leave: 0.05}\nprogrammes: {safety_walks: }\n")
    own, base = load(path), load(DEFAULT)
    assert (own.title, own.name, own.about) == ("Mine", "own", base.about)
    assert own.workforce.leave == 0.05
    assert own.workforce.join == base.workforce.join
    assert set(base.programmes) - set(own.programmes) == {"safety_walks"}


def test_a_wrong_word_is_named_with_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, "extends: meridian\nworkforce: {leaves: 0.05}\n")
    with pytest.raises(RecipeError, match=r"workforce\.leaves"):
        load(path)


def test_an_unknown_kpi_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    path = written(tmp_path, "extends: placebo\nprogrammes: {colours_at_work: {kpi_id: happiness}}\n")
    with pytest.raises(RecipeError, match=r"colours_at_work.*happiness.*first_time_right"):
        load(path)


def test_a_misspelt_name_gets_the_nearest_one() -> None:
    with pytest.raises(RecipeError, match="did you mean meridian"):
        load("meridan")


def test_recipes_that_extend_one_another_are_refused(tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(f"extends: {other}\n")
    other.write_text(f"extends: {one}\n")
    with pytest.raises(RecipeError, match="circle"):
        load(str(one))


def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="mapping"):
        load(written(tmp_path, "- a\n- b\n"))
    with pytest.raises(RecipeError, match="not YAML"):
        load(written(tmp_path, "a: [\n"))
    with pytest.raises(RecipeError, match="no recipe"):
        load(str(tmp_path / "absent.yaml"))


def test_a_wave_after_the_end_is_never_trained_and_a_programme_of_nothing_else_is_not_there() -> None:
    world = build_world(load(months=9))
    ids = {programme.programme_id for programme in world.programmes}
    assert "safety_walks" not in ids
    planning = next(p for p in world.programmes if p.programme_id == "planning_the_week")
    assert len(set(planning.starts.values())) == 2, "the third wave starts in month 10"
    assert not any(offering.course.programme == "safety_walks" for offering in world.offerings)

"""A table that singles out persons is published by name or not at all."""

import pytest

from pipelines.dbt_project import manifest
from pipelines.readership import Readership

NODES = {
    "enrolment": {"alias": "fct_enrolment", "config": {"meta": {"published": "pseudonymous"}}},
    "observation": {"alias": "fct_observation", "config": {"meta": {"published": False}}},
    "new": {"alias": "fct_new", "config": {"meta": {}}},
}


@pytest.mark.parametrize(
    ("table", "columns", "sees"),
    [
        ("fct_enrolment", ["enrolment_key", "person_key"], True),
        ("fct_observation", ["observation_key"], False),
        ("fct_new", ["activity_key", "amount", "persons"], True),
        ("fct_new", ["person_key"], False),
        ("fct_new", ["new_key", "manager_key"], False),
        ("fct_new", ["response_key"], False),
        ("fct_new", ["learner"], False),
        ("fct_of_nobody_knows_whom", ["referred_person_key"], False),
    ],
)
def test_it_fails_closed(table: str, columns: list[str], sees: bool) -> None:
    shared = {"schema": "marts", "resource_type": "model"}
    readership = Readership({"nodes": {name: shared | node for name, node in NODES.items()}})
    assert readership.sees("marts", table, columns) is sees


def test_every_mart_about_persons_says_whether_readers_see_it() -> None:
    marts = [n for n in manifest()["nodes"].values() if n["resource_type"] == "model" and n["schema"] == "marts"]
    undeclared = Readership({"nodes": {mart["unique_id"]: mart | {"config": {"meta": {}}} for mart in marts}})
    silent = [
        mart["alias"]
        for mart in marts
        if not undeclared.sees("marts", mart["alias"], mart["columns"])
        and "published" not in mart["config"].get("meta", {})
    ]
    assert silent == [], "say `meta: {published: pseudonymous}` or `false` in dbt_project.yml"

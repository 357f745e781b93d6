"""The JSON Schemas of the catalogue are those that its models write."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from domain.catalog.shapes import Kind
from domain.catalog.write_schemas import KINDS, SCHEMAS, schema_texts

CATALOG = SCHEMAS.parent


class _TextDates(yaml.SafeLoader):
    """A loader that leaves dates as text, as the catalogue's own does."""


_TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

FILES = {
    "areas": "areas/*.yaml",
    "calendars": "calendars/calendars.yaml",
    "exemptions": "obligations/exemptions.yaml",
    "forms": "forms/cds_x_t.yaml",
    "indicators": "indicators/e*.yaml",
    "issues": "messages/issues.yaml",
    "layouts": "layouts/*.yaml",
    "marks": "forms/marks.yaml",
    "obligations": "obligations/obligations.yaml",
    "reminders": "reminders/reminders.yaml",
    "repairs": "messages/repairs.yaml",
    "rules": "rules/*.yaml",
    "sample_area": "sample/585.yaml",
    "sample_typical": "sample/typical.yaml",
    "successions": "units/successions.yaml",
    "texts": "messages/domain.yaml",
    "themes": "indicators/themes.yaml",
    "words": "forms/words.yaml",
}


def test_committed_schemas_are_those_of_the_models() -> None:
    """Run `make schemas` after a change to a model."""
    assert {path.name: path.read_text("utf-8") for path in SCHEMAS.iterdir()} == schema_texts()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_schemas_are_valid_and_accept_the_shipped_files(kind: Kind[object]) -> None:
    """An editor that uses a schema agrees with the loader about the shipped files."""
    Draft202012Validator.check_schema(kind.json_schema)
    for path in sorted(Path(CATALOG).glob(FILES[kind.name])) if kind.name in FILES else ():
        Draft202012Validator(json.loads(json.dumps(kind.json_schema))).validate(
            yaml.load(path.read_text("utf-8"), Loader=_TextDates)  # noqa: S506 -- a safe loader
        )

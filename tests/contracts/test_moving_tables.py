"""Every table is exported with its organization, or somebody has said why not."""

import pytest
from django.apps import apps
from django.db import models

from trails.moving.tables import EXPORTED, NOT_EXPORTED

MODELS = {model._meta.label: model for model in apps.get_models()}


def test_every_model_is_in_one_of_the_two_lists() -> None:
    assert set(EXPORTED) & set(NOT_EXPORTED) == set()
    assert set(EXPORTED) | set(NOT_EXPORTED) == set(MODELS)


def test_what_is_not_exported_has_a_reason() -> None:
    assert all(NOT_EXPORTED.values())


@pytest.mark.parametrize("name", EXPORTED)
def test_whatever_an_exported_row_refers_to_is_exported(name: str) -> None:
    for column in EXPORTED[name].fields():
        if isinstance(column, models.ForeignKey):
            assert column.related_model._meta.label in EXPORTED, column


@pytest.mark.parametrize("name", EXPORTED)
def test_nothing_refers_to_a_number_that_the_database_gave(name: str) -> None:
    for column in MODELS[name]._meta.concrete_fields:
        if isinstance(column, models.ForeignKey):
            assert not isinstance(column.target_field, models.AutoField), column


@pytest.mark.parametrize("name", EXPORTED)
def test_what_a_release_may_leave_out_is_a_column(name: str) -> None:
    names = {column.attname for column in MODELS[name]._meta.concrete_fields}
    assert EXPORTED[name].left_out | EXPORTED[name].secret_columns <= names

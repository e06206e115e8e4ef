"""A sample is the same for the same seed, of the size that was asked for, and of whole ids."""

import pytest

from evidence.findings import Finding, Kind, Scope

IDS = [str(number) for number in range(10_000)]


def chosen(scope: Scope) -> set[str]:
    return {id for id in IDS if scope.chooses(id)}


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5, 0.99])
def test_a_sample_has_about_the_size_that_was_asked_for(share: float) -> None:
    expected = share * len(IDS)
    assert abs(len(chosen(Scope(share=share))) - expected) < 4 * expected**0.5 + 10


def test_the_same_seed_draws_the_same_sample_and_another_seed_another() -> None:
    assert chosen(Scope(share=0.1, seed="a")) == chosen(Scope(share=0.1, seed="a"))
    assert chosen(Scope(share=0.1, seed="a")) != chosen(Scope(share=0.1, seed="b"))


def test_all_of_it_is_no_sample() -> None:
    assert chosen(Scope()) == set(IDS)


def test_only_bytes_without_a_name_are_no_error() -> None:
    harmless = [kind for kind in Kind if not Finding(kind, "t", "1", "").is_error]
    assert harmless == [Kind.UNNAMED]

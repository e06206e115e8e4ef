"""The verdict over attempts: proven only when all that counts was tried, in vain."""

from evidence.vault.check.verdict import Attempt, Outcome, Report, Verdict


def attempt(name: str, outcome: Outcome, *, counts: bool = True) -> Attempt:
    return Attempt(name, "It was tried.", "403", "It is there.", outcome, counts)


HELD = attempt("delete", Outcome.HELD)


def test_attempts_that_were_all_in_vain_prove_it() -> None:
    report = Report("s3://b", "COMPLIANCE", [HELD, attempt("control", Outcome.HELD)])
    assert report.verdict is Verdict.PROVEN
    assert report.said == "Write-once is proven: of 1 attacks, none went through."


def test_one_attempt_that_went_through_is_named() -> None:
    report = Report("s3://b", "COMPLIANCE", [HELD, attempt("delete-batch", Outcome.BROKEN)])
    assert report.verdict is Verdict.NOT_ENFORCED
    assert report.said == "Write-once is not enforced. These went through: delete-batch."


def test_an_attempt_that_told_nothing_leaves_it_unknown() -> None:
    report = Report("s3://b", "COMPLIANCE", [HELD, attempt("control", Outcome.NOT_TRIED)])
    assert report.verdict is Verdict.NOT_TRIED


def test_what_went_through_weighs_more_than_what_told_nothing() -> None:
    tried = [attempt("control", Outcome.NOT_TRIED), attempt("delete", Outcome.BROKEN)]
    assert Report("s3://b", "COMPLIANCE", tried).verdict is Verdict.NOT_ENFORCED


def test_nothing_tried_proves_nothing() -> None:
    assert Report("s3://b", "", []).verdict is Verdict.NOT_TRIED
    beside = [attempt("hold", Outcome.HELD, counts=False)]
    assert Report("s3://b", "", beside).verdict is Verdict.NOT_TRIED


def test_what_does_not_count_changes_nothing() -> None:
    tried = [HELD, attempt("hold", Outcome.BROKEN, counts=False)]
    assert Report("s3://b", "COMPLIANCE", tried).verdict is Verdict.PROVEN


def test_a_proof_that_left_the_bucket_alone_says_so() -> None:
    report = Report("s3://b", "COMPLIANCE", [HELD], bucket_wide=False)
    assert report.verdict is Verdict.PROVEN
    assert "for objects" in report.said and "were left alone" in report.said

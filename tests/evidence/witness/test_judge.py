"""A witness accepts what continues the last checkpoint it cosigned, and refuses the rest (C2SP)."""

import base64

import pytest

from evidence.ledger import merkle
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.note import Note, SigningKey
from evidence.ledger.proof_file import Consistency
from evidence.witness.judge import LIMIT, NOTHING, SIZE, TEXT, Accepted, Refused, Seen, judge
from evidence.witness.logs import Known
from tests.logs import Stranger

LOG = Stranger()
OTHER = Stranger("log.example.com/other", 2)
KNOWN: Known = {LOG.origin: [LOG.key.key]}
# The request of the standard, as it stands there.
EXAMPLE = """\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\N{EM DASH} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\N{EM DASH} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
""".encode()  # noqa: E501  one line each


def seen(size: int, fork: int = 0) -> Seen:
    return Seen(size, LOG.root(size, fork)) if size else NOTHING


def accepted(request: bytes, last: Seen, known: Known = KNOWN) -> Accepted:
    return judge(request, known, lambda origin: last)


def refused(request: bytes, last: Seen = NOTHING, known: Known = KNOWN) -> tuple[int, str, str]:
    with pytest.raises(Refused) as caught:
        judge(request, known, lambda origin: last)
    return int(caught.value.status), caught.value.content_type, str(caught.value)


@pytest.mark.parametrize(
    ("old", "size"), [(0, 1), (0, 7), (1, 2), (3, 7), (4, 8), (5, 5), (6, 300)]
)
def test_a_checkpoint_that_continues_the_last_one_is_accepted(old: int, size: int) -> None:
    request = LOG.request(old, size)
    found = accepted(request, seen(old))
    assert found.checkpoint == Checkpoint(LOG.origin, size, LOG.root(size))
    assert found.signed == LOG.note(size)


def test_only_a_known_origin_is_looked_up() -> None:
    asked: list[str] = []

    def last(origin: str) -> Seen:
        asked.append(origin)
        return NOTHING

    judge(LOG.request(0, 3), KNOWN, last)
    with pytest.raises(Refused):
        judge(OTHER.request(0, 3), KNOWN, last)
    assert asked == [LOG.origin]


@pytest.mark.parametrize(
    "request_body",
    [
        b"",
        b"\n",
        b"old 0\n\n",
        b"old 0\n" + LOG.note(3),
        b"old 00\n\n" + LOG.note(3),
        b"old -1\n\n" + LOG.note(3),
        b"old +1\n\n" + LOG.note(3),
        b"old 9223372036854775808\n\n" + LOG.note(3),
        b"Old 0\n\n" + LOG.note(3),
        b"old  0\n\n" + LOG.note(3),
        b"old 0\r\n\r\n" + LOG.note(3),
        b"old 0\nAAAA\n\n" + LOG.note(3),
        b"old 0\n" + base64.b64encode(bytes(32)) + b" \n\n" + LOG.note(3),
        b"old 1\n" + (base64.b64encode(bytes(32)) + b"\n") * 64 + b"\n" + LOG.note(3),
        b"old 0\n\n" + LOG.note(3)[:-1],
        b"old 0\n\n" + LOG.note(3).split(b"\n\n")[0],
        b"old 0\n\n\n" + LOG.note(3),
        b"old 0\n\n" + LOG.note(3) + b"\n",
        b"old 0\n\n" + LOG.note(3).replace(b"\n3\n", b"\n03\n"),
        b"old 0\n\n\xff" + LOG.note(3),
        b"old 0\n\n" + LOG.note(3) + b"x" * LIMIT,
    ],
    ids=range(21),
)
def test_what_is_malformed_is_400(request_body: bytes) -> None:
    assert refused(request_body)[:2] == (400, TEXT)


def test_the_example_of_the_standard_is_read() -> None:
    # Its keys are not published, so it comes as far as the signatures.
    origin = "example.com/behind-the-sofa"
    assert refused(EXAMPLE)[0] == 404
    assert refused(EXAMPLE, known={origin: [Stranger(origin).key.key]})[0] == 403


def test_an_unknown_origin_is_404_even_with_a_known_key() -> None:
    assert refused(OTHER.request(0, 3))[0] == 404
    under_other_name = Stranger("log.example.com/elsewhere", 1)
    assert refused(under_other_name.request(0, 3))[0] == 404


@pytest.mark.parametrize("signers", [[OTHER], [Stranger(LOG.origin, 3)]])
def test_a_checkpoint_that_its_log_has_not_signed_is_403(signers: list[Stranger]) -> None:
    text = Checkpoint(LOG.origin, 3, LOG.root(3)).text
    note = bytes(Note(text, [signer.key.sign(text) for signer in signers]))
    assert refused(b"old 0\n\n" + note)[0] == 403


def test_a_signature_of_the_log_over_something_else_is_403() -> None:
    wrong = LOG.note(3).replace(b"\n3\n", b"\n4\n")
    assert refused(b"old 0\n\n" + wrong)[0] == 403


def test_one_known_key_is_enough_and_unknown_ones_are_ignored() -> None:
    text = Checkpoint(LOG.origin, 3, LOG.root(3)).text
    note = bytes(Note(text, [OTHER.key.sign(text), LOG.key.sign(text)]))
    assert accepted(b"old 0\n\n" + note, NOTHING).checkpoint.size == 3


def test_each_of_a_logs_keys_may_sign() -> None:
    new = Stranger(LOG.origin, 9)
    known = {LOG.origin: [LOG.key.key, new.key.key]}
    assert accepted(LOG.request(0, 3), NOTHING, known).checkpoint.size == 3
    assert accepted(new.request(3, 5), seen(3), known).checkpoint.size == 5


def test_one_key_under_two_names_is_two_logs() -> None:
    one, two = Stranger("trails.example.com/acme", 5), Stranger("trails.example.com/rival", 5)
    known = {one.origin: [one.key.key], two.origin: [two.key.key]}
    assert accepted(two.request(0, 3), NOTHING, known).checkpoint.origin == two.origin
    # The line names the one, the text the other: whoever swaps them is found out.
    text = Checkpoint(two.origin, 3, two.root(3)).text
    swapped = bytes(Note(text, [one.key.sign(text)]))
    assert refused(b"old 0\n\n" + swapped, known=known)[0] == 403


def test_an_old_size_above_the_checkpoints_is_400() -> None:
    body = bytes(Consistency(4, [], LOG.note(3)))
    assert refused(body, seen(4))[:2] == (400, TEXT)


@pytest.mark.parametrize(("old", "last"), [(0, 3), (2, 3), (4, 3), (3, 0), (5, 300)])
def test_another_old_size_than_the_remembered_is_409_with_it(old: int, last: int) -> None:
    assert refused(LOG.request(old, 5), seen(last)) == (409, SIZE, str(last))


def test_another_root_over_as_many_leaves_is_409_without_a_size() -> None:
    status, content_type, text = refused(LOG.request(5, 5, fork=1), seen(5))
    assert (status, content_type) == (409, TEXT)
    assert "another root over the same 5 leaves" in text


@pytest.mark.parametrize(("old", "size"), [(1, 2), (3, 7), (4, 8), (6, 300)])
def test_another_history_is_422(old: int, size: int) -> None:
    status, _, text = refused(LOG.request(old, size, fork=1), seen(old))
    assert status == 422
    assert "history was changed" in text or "does not lead" in text


def test_a_proof_where_none_belongs_is_422() -> None:
    for old, size, last in ((0, 3, NOTHING), (3, 3, seen(3))):
        body = bytes(Consistency(old, [bytes(32)], LOG.note(size)))
        assert refused(body, last)[0] == 422


def test_a_missing_proof_is_422() -> None:
    assert refused(bytes(Consistency(3, [], LOG.note(7))), seen(3))[0] == 422


def test_the_tree_of_no_leaves_has_one_root() -> None:
    assert accepted(LOG.request(0, 0), NOTHING).checkpoint.root == merkle.EMPTY_ROOT
    key: SigningKey = LOG.key
    text = Checkpoint(LOG.origin, 0, bytes(32)).text
    body = b"old 0\n\n" + bytes(Note(text, [key.sign(text)]))
    assert refused(body)[0] == 409


def test_lines_of_extension_are_part_of_what_is_accepted() -> None:
    note = LOG.note(3, extensions=("more to say",))
    assert accepted(b"old 0\n\n" + note, NOTHING).checkpoint.extensions == ("more to say",)

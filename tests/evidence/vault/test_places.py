"""The address of a vault is read, or refused with words that say what to write."""

import pytest

from evidence.vault import places
from evidence.vault.places import Credentials, Place


def test_a_folder_is_an_address_and_back() -> None:
    place = places.parse("file:///var/lib/trail%20keeper/")
    assert place == Place(folder="/var/lib/trail keeper")
    assert not place.is_remote
    assert place.storage()["OPTIONS"] == {"location": "/var/lib/trail keeper"}
    assert places.parse(place.url) == place


@pytest.mark.parametrize(
    "url",
    [
        "s3://evidence",
        "s3://evidence/prod/vault",
        "s3://evidence?endpoint=http://127.0.0.1:9000&region=eu-central-1&addressing=virtual",
        "s3://evidence/a?lock=COMPLIANCE&retain_days=3650&sse=aws:kms&kms_key=arn:aws:kms:x:1:key/2",
        "s3://evidence?storage_class=STANDARD_IA&sse=AES256&lock=GOVERNANCE&retain_days=1",
    ],
)
def test_a_bucket_is_an_address_and_back(url: str) -> None:
    place = places.parse(url)
    assert place.is_remote and place.bucket == "evidence"
    assert places.parse(place.url) == place


def test_the_options_of_a_bucket_are_read() -> None:
    place = places.parse(
        "s3://b-1/x/y?endpoint=https://s3.example.com&lock=COMPLIANCE&retain_days=30"
    )
    assert (place.prefix, place.endpoint) == ("x/y", "https://s3.example.com")
    assert (place.lock, place.retain_days, place.addressing) == ("COMPLIANCE", 30, "path")
    assert place.storage(Credentials("id", "secret"))["OPTIONS"] == {
        "place": place,
        "credentials": Credentials("id", "secret"),
    }


def test_a_secret_is_in_no_address_and_no_repr() -> None:
    assert "hidden" not in repr(Credentials("id", "hidden"))
    with pytest.raises(ValueError, match="Give credentials by VAULT_ACCESS_KEY_ID") as refused:
        places.parse("s3://id:hidden@bucket")
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/var/lib/vault", "neither file:// nor s3://"),
        ("http://s3.example.com/b", "neither file:// nor s3://"),
        ("file://var/lib", "three slashes"),
        ("file:///a/../b", "names no folder"),
        ("file:///", "names no folder"),
        ("file:///a?lock=none", "names no folder"),
        ("s3://", "no name of a bucket"),
        ("s3://Upper_Case", "no name of a bucket"),
        ("s3://bucket:80/x", "a port before its path"),
        ("s3://bucket/a//b", "The prefix"),
        ("s3://bucket/../b", "The prefix"),
        ("s3://bucket/a%20b", "The prefix"),
        ("s3://bucket#x", "a part after #"),
        ("s3://bucket?colour=red", "'colour' is not known"),
        ("s3://bucket?region=a1&region=b1", "there twice"),
        ("s3://bucket?lock=compliance", "Write one of: COMPLIANCE, GOVERNANCE, none"),
        ("s3://bucket?lock=COMPLIANCE", "Write retain_days="),
        ("s3://bucket?lock=COMPLIANCE&retain_days=0", "Write retain_days="),
        ("s3://bucket?lock=COMPLIANCE&retain_days=-1", "Write days, at most"),
        ("s3://bucket?lock=COMPLIANCE&retain_days=99999999999", "Write days, at most"),
        ("s3://bucket?retain_days=5", "no effect with lock=none"),
        ("s3://bucket?sse=yes", "Write one of: AES256, aws:kms"),
        ("s3://bucket?kms_key=k", "without sse=aws:kms"),
        ("s3://bucket?addressing=host", "Write one of: path, virtual"),
        ("s3://bucket?storage_class=GLACIER", "storage_class is 'GLACIER'"),
        ("s3://bucket?endpoint=s3.example.com", "Write one such as https://s3.example.com"),
        ("s3://bucket?endpoint=http://a:b@c", "Write one such as https://s3.example.com"),
        ("s3://bucket?region=a b", "region is"),
        ("s3://[bucket", "is no address"),
    ],
)
def test_what_is_no_address_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        places.parse(url)

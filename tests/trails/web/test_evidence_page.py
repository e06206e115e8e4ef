"""The page of a file: what it is, what of it is shown, and ways to the rest."""

import hashlib
import io
import json
import re

import pytest
from django.test import Client
from PIL import Image

from evidence.vault import store
from tests import vaults
from tests.plugins.world import World
from trails.demo.files.archive import tgz
from trails.demo.script import at

RUN = "/acme/prod-server-access/run-1/"


def place(world: World, name: str, data: bytes) -> str:
    """Attest one file and return the address of its page."""
    made = world.attest(world.begin(), files={name: data})
    return f"{RUN}{made.pk}/evidence/{made.evidence.get().pk}/"


def shown(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def words(html: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", html.split("<main", 1)[1]).split())


def test_a_file_is_named_measured_and_hashed(world: World) -> None:
    page = shown(place(world, "notes.txt", b"hello\nworld\n"))
    digest = world.public.workflows.get().attestations.get().evidence.get().blob_id
    assert digest in page and 'data-copy="#sha256"' in page
    assert "notes.txt" in page and "Size 12 bytes SHA-256" in words(page) and "text/plain" in page
    assert '<div class="line" id="L2"><a href="#L2"' in page
    assert "Not the whole file" not in page


def test_a_size_in_larger_units_is_said_in_bytes_too(world: World) -> None:
    assert "4.9 KiB (5,000 bytes)" in words(shown(place(world, "app.log", b"x" * 5000)))


def test_a_large_log_is_paged_by_bytes(world: World) -> None:
    log = "".join(f"line {number} {'-' * 90}\n" for number in range(1, 6001)).encode()
    address = place(world, "app.log", log)
    first = shown(address)
    assert "Not the whole file" in first and "of 636,893" not in first
    seen, link = [1], "?at=0"
    while link:
        page = shown(address + link)
        found = [int(number) for number in re.findall(r'id="L(\d+)"', page)]
        assert found[0] in (1, seen[-1] + 1)
        seen += found
        following = re.search(r'href="(\?[^"]*)" rel="next"', page)
        link = following[1].replace("&amp;", "&") if following else ""
    assert seen[-1] == 6000


def test_a_line_is_gone_to(world: World) -> None:
    address = place(world, "app.log", b"".join(b"line %d\n" % n for n in range(1, 9000)))
    response = Client().get(address, {"line": "7000"})
    assert response.status_code == 302 and response["Location"].endswith("#L7000")
    assert 'id="L7000"' in shown(address + response["Location"].split("#")[0])
    assert Client().get(address, {"line": "99999"}).status_code == 404
    assert Client().get(address, {"line": "x"}).status_code == 400


def test_a_search_leads_to_its_lines_and_marks_them(world: World) -> None:
    log = "".join(f"line {n} {'<ERROR>' if n % 3000 == 0 else 'ok'}\n" for n in range(1, 9001))
    address = place(world, "app.log", log.encode())
    page = shown(f"{address}?q=<error>")
    assert "3 lines hold" in words(page)
    [_, second, _] = re.findall(r'<a href="[^"?]*(\?[^"]*)#L(\d+)">Line', page)
    assert second[1] == "6000"
    there = shown(address + second[0].replace("&amp;", "&"))
    assert 'id="L6000"' in there and "<mark>&lt;ERROR&gt;</mark>" in there


def test_a_transcript_shows_commands_and_gives_clean_text(world: World) -> None:
    session = (
        b"Script started on 2026-11-20\r\n\x1b]0;t\x07\x1b[1mann@web:~$\x1b[0m ls\r\n"
        b"\x1b[32ma.txt\x1b[0m\r\n10%\r99%\r\nann@web:~$ exit\r\n"
    )
    address = place(world, "session.log", session)
    page = shown(address)
    assert "2 commands" in words(page) and 'id="c1"' in page and 'href="#c2"' in page
    assert "1 control sequence not shown" in words(page)
    assert '<span class="ink-green">a.txt</span>' in page
    clean = Client().get(address, {"as": "clean"})
    assert clean.getvalue().decode() == (
        "Script started on 2026-11-20\nann@web:~$ ls\na.txt\n99%\nann@web:~$ exit\n"
    )
    assert clean["Content-Type"] == "text/plain; charset=utf-8"
    assert clean["Content-Disposition"] == 'attachment; filename="session.log.txt"'
    assert "sandbox" in clean["Content-Security-Policy"]


def test_json_folds_and_stays_exact(world: World) -> None:
    page = shown(place(world, "a.json", b'{"n": 1.00, "n": 2, "list": [true]}'))
    assert '<span class="json-number">1.00</span>' in page
    assert "two members of one name" in page and page.count("<details open>") >= 2


def test_broken_json_is_shown_as_text_with_the_reason(world: World) -> None:
    page = words(shown(place(world, "a.json", b'{"n": }')))
    assert "breaks its rules: at character 7" in page and "{&quot;n&quot;: }" in page


def test_a_table_has_its_heading(world: World) -> None:
    page = shown(place(world, "a.csv", b"name,role\n=1+1,x\n"))
    assert '<th scope="col">name</th>' in page and "<td>=1+1</td>" in page


def test_a_member_of_an_archive_is_shown(world: World) -> None:
    packed = tgz({"run/a.json": b'{"a": 1}', "run/b.log": b"b\n"}, at("2026-11-20", "12:00"))
    address = place(world, "run.tgz", packed)
    page = shown(address)
    assert "2 members" in words(page) and "2026-11-20 12:00:00" in page
    member = shown(f"{address}?member=0")
    assert hashlib.sha256(b'{"a": 1}').hexdigest() in member
    assert "run/a.json" in member and '<span class="json-number">1</span>' in member
    assert Client().get(address, {"member": "2"}).status_code == 404
    assert Client().get(address, {"member": "0", "as": "text"}).status_code == 200


def test_an_archive_in_an_archive_is_only_listed(world: World) -> None:
    inner = tgz({"x": b"y"}, at("2026-11-20", "12:00"))
    address = place(world, "out.tgz", tgz({"in.tgz": inner}, at("2026-11-20", "12:00")))
    page = shown(f"{address}?member=0")
    assert "1 member" in words(page) and "?member=0" not in page.split('class="cards')[1]


def test_an_encrypted_file_says_so(world: World) -> None:
    page = shown(place(world, "a.age", b"age-encryption.org/v1\n-> X25519 a\n" + bytes(99)))
    assert "age --decrypt" in page and "an age-encrypted file" in page


def test_other_bytes_are_shown_in_hex(world: World) -> None:
    page = shown(place(world, "a.bin", bytes(range(256)) * 40))
    assert "00 01 02 03" in page and "Not the whole file" in page


def test_an_empty_file_says_so(world: World) -> None:
    assert "The file has no bytes" in shown(place(world, "empty.log", b""))


def test_hidden_characters_are_shown_within_bounds(world: World) -> None:
    page = shown(place(world, "a.txt", ("gpj.\u202e" * 50_000).encode()))
    assert "U+202E" in page and "\u202e" not in page
    assert len(page) < 1_500_000


def test_a_guessed_encoding_is_told(world: World) -> None:
    page = words(shown(place(world, "a.txt", "Prüfung für Köln\n".encode("latin-1") * 30)))
    assert "Prüfung für Köln" in page and "guessed" in page


@pytest.mark.parametrize("query", ["as=tree", "as=nonsense", "member=0"])
def test_a_view_that_there_is_not_is_refused(world: World, query: str) -> None:
    address = place(world, "a.txt", b"x\n")
    assert Client().get(f"{address}?{query}").status_code == 404


def test_an_altered_file_is_not_shown(world: World) -> None:
    address = place(world, "a.txt", b"recorded\n")
    sha256 = world.public.workflows.get().attestations.get().evidence.get().blob_id
    vaults.of_settings().write(store.address(sha256), b"altered!\n")
    client = Client(raise_request_exception=False)
    response = client.get(address)
    assert response.status_code == 500 and b"altered" not in response.content


def test_an_image_is_shown_from_its_own_address(world: World) -> None:
    out = io.BytesIO()
    Image.new("RGB", (3, 2)).save(out, "PNG")
    address = place(world, "a.png", out.getvalue())
    page = shown(address)
    assert f'<img src="{address}image' in page and 'width="3"' in page
    response = Client().get(f"{address}image")
    assert response.getvalue() == out.getvalue()
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "sandbox" in response["Content-Security-Policy"]


def test_what_is_no_image_has_none(world: World) -> None:
    address = place(world, "a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script>")
    assert Client().get(f"{address}image").status_code == 404
    assert Client().get(f"{address}page/1.png").status_code == 404
    assert "&lt;svg" in shown(address) and "<svg xmlns='" not in shown(address)


def test_json_lines_have_a_tree_each(world: World) -> None:
    data = "".join(json.dumps({"n": n}) + "\n" for n in range(3)).encode()
    assert shown(place(world, "a.jsonl", data)).count("<li><details") == 3

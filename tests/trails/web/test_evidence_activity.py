"""Looking at evidence leaves an activity of people, once for each answer that shows some of it."""

import io

from PIL import Image

from tests.plugins.world import World
from trails.demo.files.pdf import document
from trails.demo.script import at
from trails.models import Activity, Attestation

RUN = "/acme/prod-server-access/run-1/"


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (3, 2)).save(out, "PNG")
    return out.getvalue()


def attested(world: World) -> Attestation:
    pdf = document("Minutes", ["one"], at("2026-11-24", "12:00"))
    return world.attest(
        world.begin(), files={"a.log": b"a@b:~$ ls\nx\n", "b.png": png(), "c.pdf": pdf}
    )


def noted() -> list[tuple[str, str, str | None]]:
    rows = Activity.objects.filter(verb__startswith="evidence.").order_by("id")
    return [(row.verb, row.details["name"], row.details.get("view")) for row in rows]


def test_what_is_looked_at_is_noted_once(world: World) -> None:
    made = attested(world)
    log, image, pdf = (
        f"{RUN}{made.pk}/evidence/{file.pk}/" for file in made.evidence.order_by("position")
    )
    auditor = world.client("auditor")
    for address in (log, f"{log}?as=hex", image, f"{image}image", f"{pdf}page/1.png"):
        assert auditor.get(address).status_code == 200
    auditor.get(f"{log}?as=clean").getvalue()
    auditor.head(log)
    assert noted() == [
        ("evidence.previewed", "a.log", "transcript"),
        ("evidence.previewed", "a.log", "hex"),
        ("evidence.previewed", "b.png", "image"),
        ("evidence.previewed", "c.pdf", "page 1"),
        ("evidence.downloaded", "a.log", "clean"),
    ]


def test_strangers_and_refusals_leave_none(world: World) -> None:
    made = attested(world)
    log = f"{RUN}{made.pk}/evidence/{made.evidence.get(position=1).pk}/"
    assert world.client().get(log).status_code == 200
    auditor = world.client("auditor")
    assert auditor.get(f"{log}?as=nothing").status_code == 404
    assert auditor.get(f"{log}image").status_code == 404
    assert noted() == []

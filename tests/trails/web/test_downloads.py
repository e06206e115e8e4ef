"""Downloads: exact bytes, never rendered here, resumable, and noted when somebody has a name."""

from tests.plugins.world import World
from trails.http.middleware import SANDBOX_POLICY
from trails.models import Activity
from trails.packages import package_of

BYTES = b"<script>alert(1)</script>" * 100
RUN = "/acme/prod-server-access/run-1/"


def evidence(world: World) -> str:
    attestation = world.attest(world.begin(), files={"évil.html": BYTES})
    return f"{RUN}{attestation.pk}/evidence/{attestation.evidence.get().pk}/raw"


def test_evidence_is_an_attachment_that_no_browser_runs(world: World) -> None:
    response = world.client().get(evidence(world))
    assert response.getvalue() == BYTES
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%C3%A9vil.html"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == SANDBOX_POLICY
    assert response["Content-Length"] == str(len(BYTES))


def test_evidence_resumes_and_is_not_sent_twice(world: World) -> None:
    address, client = evidence(world), world.client()
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.getvalue()) == (206, BYTES[10:20])
    tag = client.head(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert client.post(address).status_code == 405


def test_the_blue_button_gives_the_package(world: World) -> None:
    evidence(world)
    run = world.public.workflows.get()
    built = package_of(run)
    whole = b"".join(built.archive.read())
    client = world.client()
    response = client.get(RUN + "package")
    assert response.getvalue() == whole
    assert response["Content-Type"] == "application/zip"
    assert response["ETag"] == f'"{built.etag}"'
    assert response["Content-Disposition"] == 'attachment; filename="run-1.zip"'
    head = client.head(RUN + "package")
    assert (head["Content-Length"], head.content) == (str(len(whole)), b"")
    rest = client.get(
        RUN + "package", headers={"Range": "bytes=100-", "If-Range": response["ETag"]}
    )
    assert (rest.status_code, rest.getvalue()) == (206, whole[100:])


def test_what_hands_out_bytes_leaves_an_activity_of_people_alone(world: World) -> None:
    address = evidence(world)
    verbs = Activity.objects.filter(verb__endswith=".downloaded")
    world.client().get(RUN + "package").getvalue()
    assert not verbs.exists()
    auditor = world.client("auditor")
    auditor.head(RUN + "package")
    assert not verbs.exists()
    auditor.get(RUN + "package", headers={"Range": "bytes=1-"}).getvalue()
    auditor.get(RUN + "package").getvalue()
    auditor.get(address).getvalue()
    noted = [(a.verb, a.by_name, a.subject) for a in verbs.order_by("id")]
    subject = "acme/prod-server-access/run-1"
    assert noted == [
        ("package.downloaded", "Auditor", subject),
        ("package.downloaded", "Auditor", subject),
        ("evidence.downloaded", "Auditor", subject),
    ]

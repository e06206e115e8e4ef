"""The activities of an organization: newest first, by kind and by person, page by page."""

from tests.plugins.world import World
from trails.actions import records
from trails.models import Activity
from trails.paging import take


def test_they_are_newest_first_and_of_this_organization(world: World) -> None:
    found = list(Activity.objects.for_organization(world.acme))
    assert [a.pk for a in found] == sorted((a.pk for a in found), reverse=True)
    assert {a.organization for a in found} == {world.acme}
    assert found[-1].verb == "organization.created"


def test_they_are_picked_by_the_beginning_of_the_verb(world: World) -> None:
    acme = Activity.objects.for_organization(world.acme)
    assert {a.verb for a in acme.verbs("member.")} == {"member.added"}
    assert not acme.verbs("%").exists()
    assert not acme.verbs("ember.").exists()


def test_they_are_picked_by_who_did_it(world: World) -> None:
    owner = str(world.owner.pk)
    acme = Activity.objects.for_organization(world.acme)
    assert {a.by_name for a in acme.by(owner)} == {"Owner"}
    assert not acme.by(str(world.outsider.pk)).exists()


def test_pages_hold_each_of_them_once(world: World) -> None:
    for number in range(5):
        records.note(world.acme, actor=world.actor("owner"), verb="x.y", subject=str(number))
    rows = Activity.objects.for_organization(world.acme).verbs("x.")
    page = take(rows[:3], 2)
    seen = [a.subject for a in page.rows]
    while page.more:
        page = take(rows.before(page.last.pk)[:3], 2)
        seen += [a.subject for a in page.rows]
    assert seen == ["4", "3", "2", "1", "0"]

"""The demo may be run again: nothing doubles, nothing fails, the same way in is printed."""

from tests.trails.demo.conftest import RunDemo
from tests.trails.demo.counting import rows
from trails import actors
from trails.actions.holds import release_hold
from trails.actions.trails import configure_trail
from trails.demo import processes
from trails.demo.bank import ADMIN
from trails.models import Attestation, Evidence, Hold, Organization, Trail, User, Workflow


def test_a_second_run_adds_no_row(run_demo: RunDemo) -> None:
    run_demo()
    before = rows()
    run_demo()
    assert rows() == before
    assert before["trails_attestation"] > 100


def test_a_second_run_prints_the_same_way_in(run_demo: RunDemo) -> None:
    first, second = run_demo().splitlines(), run_demo().splitlines()
    assert "attestations made now" in first[0]
    assert "all there already" in second[0]
    assert first[1:] == second[1:]


def test_everything_in_the_script_is_there(run_demo: RunDemo) -> None:
    run_demo()
    scripts = list(processes.trails())
    workflows = [w for s in scripts for version in s.versions for w in version.workflows]
    attestations = [a for workflow in workflows for a in workflow.attestations]
    assert Trail.objects.count() == len(scripts)
    assert Workflow.objects.count() == len(workflows)
    assert Attestation.objects.count() == len(attestations)
    assert Evidence.objects.count() == sum(len(a.files) for a in attestations)


def test_what_a_visitor_configured_stays(run_demo: RunDemo) -> None:
    run_demo()
    trail = Trail.objects.get(name="feature-toggle-change")
    configure_trail(
        actor=actors.for_user(User.objects.get(email=ADMIN.email)),
        organization=Organization.objects.get(),
        name=trail.name,
        description="A visitor's own words",
    )
    run_demo()
    trail.refresh_from_db()
    assert (trail.version.number, trail.version.description) == (3, "A visitor's own words")


def test_a_hold_that_a_visitor_released_is_not_placed_again(run_demo: RunDemo) -> None:
    run_demo()
    hold = Hold.objects.get()
    release_hold(
        actor=actors.for_user(User.objects.get(email=ADMIN.email)),
        hold=hold,
        reason="The proceedings have ended.",
        confirm=hold.trail.name,
    )
    run_demo()
    assert not Hold.objects.in_force().exists()

"""What a visitor of the demo can see: every state, reporter and verdict."""

from itertools import pairwise

import pytest
from django.utils import timezone

from tests.trails.demo.conftest import RunDemo
from trails.actors import STRANGER
from trails.demo.processes.server_access import FAMOUS
from trails.models import Attestation, Hold, Trail, UserData, Workflow, WorkflowStatus
from trails.words import ActorKind, WorkflowState


@pytest.fixture
def demo(run_demo: RunDemo) -> None:
    """The demo, made."""
    run_demo()


def test_both_access_trails_are_public_and_show_each_state(demo: None) -> None:
    for name in ("prod-server-access", "beta-server-access"):
        trail = Trail.objects.visible_to(STRANGER).get(name=name)
        assert trail.version.step_names == ["user-identity", "service-identity", "command-logs"]
        states = WorkflowStatus.objects.filter(trail=trail).values_list("state", flat=True)
        assert set(states) == set(WorkflowState.values)
        assert all(w.name.startswith("ecs-execute-command-") for w in trail.workflows.all())


def test_the_famous_workflow_is_compliant_and_the_newest(demo: None) -> None:
    newest = Workflow.objects.filter(trail__name="prod-server-access").order_by("-id")[0]
    assert newest.name == FAMOUS
    assert newest.status.state == WorkflowState.COMPLIANT


def test_failed_access_is_non_compliant_and_says_why(demo: None) -> None:
    failed = Attestation.objects.get(
        workflow__trail__name="prod-server-access",
        is_compliant=False,
        description__startswith="Access failed",
    )
    assert "was refused. No shell was opened." in failed.description
    assert failed.workflow.status.state == WorkflowState.NON_COMPLIANT


def test_every_trail_has_optional_or_many_steps_and_several_workflows(demo: None) -> None:
    for trail in Trail.objects.select_related("current"):
        assert 3 <= len(trail.version.steps) <= 6, trail
        assert 3 <= trail.workflows.count() <= 8, trail
    optional = [s for t in Trail.objects.all() for s in t.version.steps if not s["required"]]
    assert len(optional) >= 5


def test_some_trails_are_private(demo: None) -> None:
    seen = set(Trail.objects.visible_to(STRANGER).values_list("name", flat=True))
    everything = set(Trail.objects.values_list("name", flat=True))
    hidden = {"case-worker-access", "fraud-detection-evidence", "user-provisioning"}
    assert everything - seen == hidden


def test_people_and_machines_report_with_each_verdict(demo: None) -> None:
    kinds = set(Attestation.objects.values_list("by_kind", flat=True))
    assert kinds == {ActorKind.USER, ActorKind.SERVICE_ACCOUNT}
    assert set(Attestation.objects.values_list("is_compliant", flat=True)) == {True, False, None}


def test_a_step_was_non_compliant_first_and_compliant_then(demo: None) -> None:
    overtaken = [
        (earlier.is_compliant, later.is_compliant)
        for workflow in Workflow.objects.all()
        for earlier, later in pairwise(workflow.attestations.order_by("step", "number"))
        if earlier.step == later.step
    ]
    assert overtaken.count((False, True)) >= 3


def test_one_attestation_is_outside_of_the_template(demo: None) -> None:
    [unexpected] = Attestation.objects.filter(step="second-look")
    assert unexpected.step not in unexpected.workflow.version.step_names


def test_user_data_and_links_with_digests_are_there(demo: None) -> None:
    assert UserData.objects.count() > 20
    links = [link for a in Attestation.objects.all() for link in a.external]
    assert any("digest" in link for link in links)
    assert any("digest" not in link for link in links)


def test_events_happened_over_months_and_none_is_yet_to_come(demo: None) -> None:
    said = Attestation.objects.values_list("occurred_at", flat=True)
    times = sorted(moment for moment in said if moment is not None)
    assert len(times) == len(said)
    assert (times[-1] - times[0]).days > 120
    assert times[-1] < timezone.now()


def test_a_trail_has_two_versions_and_each_workflow_its_own(demo: None) -> None:
    trail = Trail.objects.get(name="feature-toggle-change")
    used = trail.workflows.order_by("id").values_list("version__number", flat=True)
    assert list(used) == [1, 1, 2, 2, 2, 2]


def test_one_public_trail_keeps_its_evidence_for_a_time(demo: None) -> None:
    [trail] = [t for t in Trail.objects.select_related("current") if t.version.retention_days]
    assert (trail.name, trail.version.retention_days) == ("disaster-recovery-drill", 1826)
    assert trail.is_public


def test_one_trail_is_under_a_legal_hold_that_says_why(demo: None) -> None:
    [hold] = Hold.objects.in_force()
    assert (hold.trail.name, hold.workflow) == ("fraud-detection-evidence", None)
    assert hold.reason.startswith("The prosecutor has asked for")

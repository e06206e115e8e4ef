"""Addresses of the pages. Their names are used by templates and tests, so they do not change."""

from django.urls import path, re_path, register_converter

from trails.web import (
    attestations,
    configure,
    converters,
    health,
    home,
    keys,
    log,
    members,
    organizations,
    trails,
    verify,
    workflows,
)

register_converter(converters.OrganizationName, "organization")
register_converter(converters.TrailName, "trail")
register_converter(converters.WorkflowId, "workflow")

_LOG = "<organization:organization>/log/"
_TRAIL = "<organization:organization>/<trail:trail>/"
_WORKFLOW = _TRAIL + "<workflow:workflow>/"
_ATTESTATION = _WORKFLOW + "<uuid:attestation>/"

urlpatterns = [
    # The Kosli CLI may ask for `//ready`.
    re_path(r"^(?:/*)ready$", health.ready, name="ready"),
    re_path(r"^healthz$", health.healthz, name="healthz"),
    path("", home.home, name="home"),
    path("verify/", verify.verify, name="verify"),
    path("verify/offline.html", verify.offline, name="verify_offline"),
    path("<organization:organization>/", organizations.organization, name="organization"),
    path("<organization:organization>/new", configure.new, name="trail_new"),
    path("<organization:organization>/settings/members", members.members, name="members"),
    path("<organization:organization>/settings/keys", keys.keys, name="keys"),
    path(_LOG, log.log, name="log"),
    path(_LOG + "checkpoint", log.checkpoint, name="log_checkpoint"),
    path(_LOG + "key", log.key, name="log_key"),
    path(_LOG + "tile/<path:rest>", log.tile, name="log_tile"),
    path(_TRAIL, trails.trail, name="trail"),
    path(_TRAIL + "configure", configure.configure, name="trail_configure"),
    path(_WORKFLOW, workflows.workflow, name="workflow"),
    path(_WORKFLOW + "package", workflows.package, name="workflow_package"),
    path(_ATTESTATION, attestations.attestation, name="attestation"),
    path(_ATTESTATION + "statement", attestations.statement, name="attestation_statement"),
    path(_ATTESTATION + "proof", attestations.proof, name="attestation_proof"),
    path(_ATTESTATION + "user-data", attestations.user_data, name="attestation_user_data"),
    path(_ATTESTATION + "evidence/<uuid:evidence>/", attestations.evidence, name="evidence"),
]

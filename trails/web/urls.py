"""Addresses of the pages. Their names are used by templates and tests, so they do not change."""

from django.urls import path, re_path, register_converter

from trails.web import (
    activity,
    archive,
    attest,
    attest_files,
    attestations,
    begin,
    cards,
    configure,
    converters,
    discovery,
    evidence,
    export,
    feeds,
    health,
    home,
    log,
    members,
    organizations,
    public,
    search,
    service_accounts,
    settings,
    styleguide,
    trails,
    verify,
    versions,
    workflows,
)

register_converter(converters.OrganizationName, "organization")
register_converter(converters.TrailName, "trail")
register_converter(converters.WorkflowId, "workflow")

_LOG = "<organization:organization>/log/"
_TRAIL = "<organization:organization>/<trail:trail>/"
_WORKFLOW = _TRAIL + "<workflow:workflow>/"
_ATTESTATION = _WORKFLOW + "<uuid:attestation>/"
_EVIDENCE = _ATTESTATION + "evidence/<uuid:evidence>/"

urlpatterns = [
    # The Kosli CLI may ask for `//ready`.
    re_path(r"^(?:/*)ready$", health.ready, name="ready"),
    re_path(r"^healthz$", health.healthz, name="healthz"),
    path("", home.home, name="home"),
    path("about/", public.about, name="about"),
    path("card.png", cards.site_card, name="site_card"),
    path("robots.txt", discovery.robots, name="robots"),
    path("sitemap.xml", discovery.sitemap, name="sitemap"),
    path("sitemap-pages.xml", discovery.sitemap_pages, name="sitemap_pages"),
    path("sitemap-<uuid:trail>.xml", discovery.sitemap_part, name="sitemap_part"),
    path("favicon.ico", discovery.favicon, name="favicon"),
    path("apple-touch-icon.png", discovery.touch_icon, name="touch_icon"),
    path("apple-touch-icon-precomposed.png", discovery.touch_icon, name="touch_icon_plain"),
    path(".well-known/security.txt", discovery.security_txt, name="security_txt"),
    path("styleguide", styleguide.styleguide, name="styleguide"),
    path("search", search.search, name="search"),
    path("verify/", verify.verify, name="verify"),
    path("verify/offline.html", verify.offline, name="verify_offline"),
    path("<organization:organization>/", organizations.organization, name="organization"),
    path("<organization:organization>/card.png", cards.organization_card, name="organization_card"),
    path("<organization:organization>/new", configure.new, name="trail_new"),
    path("<organization:organization>/settings/", settings.settings, name="settings"),
    path("<organization:organization>/settings/members", members.members, name="members"),
    path("<organization:organization>/settings/keys", service_accounts.keys, name="keys"),
    path("<organization:organization>/settings/activity", activity.activity, name="activity"),
    path("<organization:organization>/settings/activity.csv", activity.csv, name="activity_csv"),
    path(_LOG, log.log, name="log"),
    path(_LOG + "checkpoint", log.checkpoint, name="log_checkpoint"),
    path(_LOG + "key", log.key, name="log_key"),
    path(_LOG + "tile/<path:rest>", log.tile, name="log_tile"),
    path(_TRAIL, trails.trail, name="trail"),
    path(_TRAIL + "card.png", cards.trail_card, name="trail_card"),
    path(_TRAIL + "feed", feeds.feed, name="trail_feed"),
    path(_TRAIL + "workflows.csv", export.workflows, name="trail_csv"),
    path(_TRAIL + "configure", configure.configure, name="trail_configure"),
    path(_TRAIL + "new", begin.new, name="workflow_new"),
    path(_TRAIL + "versions", versions.versions, name="trail_versions"),
    path(_TRAIL + "archive", archive.archive, name="trail_archive"),
    path(_WORKFLOW, workflows.workflow, name="workflow"),
    path(_WORKFLOW + "card.png", cards.workflow_card, name="workflow_card"),
    path(_WORKFLOW + "attest", attest.attest_page, name="attest"),
    path(_WORKFLOW + "attest/files", attest_files.attest_files, name="attest_files"),
    path(_WORKFLOW + "package", workflows.package, name="workflow_package"),
    path(_ATTESTATION, attestations.attestation, name="attestation"),
    path(_ATTESTATION + "statement", attestations.statement, name="attestation_statement"),
    path(_ATTESTATION + "proof", attestations.proof, name="attestation_proof"),
    path(_ATTESTATION + "user-data", attestations.user_data, name="attestation_user_data"),
    path(_EVIDENCE, evidence.evidence, name="evidence"),
    path(_EVIDENCE + "raw", evidence.raw, name="evidence_raw"),
    path(_EVIDENCE + "image", evidence.image, name="evidence_image"),
    path(_EVIDENCE + "page/<int:number>.png", evidence.drawn_page, name="evidence_page"),
]

"""A8: enable or disable what the CLI calls beta features: audit trails, in this dialect."""

from django.http import HttpResponse

from trails.actions.organizations import switch_beta
from trails.errors import Invalid
from trails.kosli import payloads
from trails.kosli.answers import answer
from trails.kosli.calls import Call
from trails.permissions import Act

_SWITCH = "experimental_features_enabled"


def switch(call: Call) -> HttpResponse:
    """Open or close the beta gate of the organization (A.10)."""
    call.require(Act.SWITCH_BETA)
    body = payloads.json_body(call.request)
    enabled = payloads.record(body, required=frozenset({_SWITCH}), optional=frozenset())[_SWITCH]
    if not isinstance(enabled, bool):
        raise Invalid(f"{payloads.shown(enabled)} is not of type 'boolean'", field=_SWITCH)
    switch_beta(organization=call.organization, enabled=enabled, actor=call.actor)
    return answer({_SWITCH: enabled})

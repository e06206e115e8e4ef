"""The members of an organization: who they are, what they may do, adding and removing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trails import actors
from trails.actions.members import add_member
from trails.actions.organizations import remove_member, set_role
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid, NotFound
from trails.models import Membership, Organization
from trails.permissions import Act, can, table
from trails.web.forms import refuse
from trails.web.invitations import invite
from trails.web.organizations import managed
from trails.web.paging import take, uuid_in
from trails.web.responses import page
from trails.web.settings import pages
from trails.web.settings_forms import MemberForm
from trails.words import Role

MEMBERS_SHOWN = 200


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, organization: str) -> HttpResponseBase:
    """List the members; add one, change a role, or remove one, as `act` says."""
    actor = actor_of_session(request)
    found = managed(actor, organization, Act.MANAGE_MEMBERS)
    act = request.POST.get("act")
    form = MemberForm(request.POST if act == "add" else None)
    refusal = None
    if act == "add" and form.is_valid():
        done = _add(request, actor, found, form)
        if done:
            return _done(request, done, found)
    elif act in ("change-role", "remove"):
        membership = _membership(request, found)
        try:
            done = _change(request, actor, membership, act)
            return _done(request, done, found)
        except (Invalid, Conflict) as error:
            refusal = {"membership": membership.pk, "act": act, "message": error.message}
    after = uuid_in(request.GET, "after")
    rows = found.memberships.select_related("user").order_by("user")
    if after:
        rows = rows.filter(user__gt=after)
    context = {
        "organization": found,
        "members": take(rows[: MEMBERS_SHOWN + 1], MEMBERS_SHOWN),
        "form": form,
        "refusal": refusal,
        "roles": Role.choices,
        "me": actor.user,
        "allowed": allowed(),
        "settings_pages": pages(actor, found),
    }
    return page(request, "members.html", context)


def allowed() -> list[tuple[str, list[bool]]]:
    """Return what each role may do, as rows: the act, and whether each role in order may.

    Made from what decides, so that the page cannot say anything else. Reading is everybody's.
    """
    rows = [(_(act.value), marks) for act, marks in table()]
    return [(_("read everything, private trails too"), [True for _role in Role]), *rows]


def _membership(request: HttpRequest, organization: Organization) -> Membership:
    user = uuid_in(request.POST, "user")
    found = organization.memberships.select_related("user").filter(user=user).first()
    if found is None:
        raise NotFound("This person is not a member. Look at the list again.")
    return found


def _add(
    request: HttpRequest, actor: Actor, organization: Organization, form: MemberForm
) -> str | None:
    data = form.cleaned_data
    try:
        added = add_member(
            organization=organization,
            email=data["email"],
            name=data["name"],
            role=data["role"],
            actor=actor,
        )
    except (Invalid, Conflict) as error:
        refuse(form, error)
        return None
    user = added.membership.user
    said = _("{email} is a member now.").format(email=user.email)
    # After the transaction: an e-mail cannot be taken back.
    return f"{said} {invite(request, user)}" if added.is_invited else said


def _change(request: HttpRequest, actor: Actor, membership: Membership, act: str) -> str:
    user, organization = membership.user, membership.organization
    if act == "remove":
        if request.POST.get("confirm", "").strip().lower() != user.email:
            raise Invalid(_("Type {email} to remove this person.").format(email=user.email))
        remove_member(organization=organization, user=user, actor=actor)
        return _("{email} is no longer a member.").format(email=user.email)
    changed = set_role(
        organization=organization, user=user, role=request.POST.get("role", ""), actor=actor
    )
    return _("{email} is {role} now.").format(email=user.email, role=changed.get_role_display())


def _done(request: HttpRequest, said: str, organization: Organization) -> HttpResponseBase:
    """Say what was done; show the list anew, or the first page to who has just lost the right."""
    messages.success(request, said)
    now = actors.for_user(request.user) if request.user.is_authenticated else actors.STRANGER
    if can(now, Act.MANAGE_MEMBERS, organization):
        return redirect("members", organization.name)
    return redirect("home")

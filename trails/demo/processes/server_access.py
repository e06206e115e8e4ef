"""Shell access to servers: who came, as what, and what they typed. Pure."""

import datetime
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from trails.demo.bank import ENGINEERS, WRITER, Person
from trails.demo.files import age, asciicast, aws, terminal, text
from trails.demo.files.aws import Shell
from trails.demo.script import (
    AttestationScript,
    FileScript,
    Reporter,
    TrailScript,
    VersionScript,
    WorkflowScript,
    after,
    at,
    required,
)

WHO, AS_WHAT, TYPED = STEPS = ("user-identity", "service-identity", "command-logs")
FAMOUS = "ecs-execute-command-0199bb27be8f354b7"
NOOR, CALLUM, JUNA, RAFE = ENGINEERS

Session = Callable[[str, str, datetime.datetime], bytes]


def prod() -> TrailScript:
    """Return the trail of production, whose newest workflow is the one the README follows."""
    workflows = [
        _finished(_shell("0c41d9e7a62f80b35", "prod", NOOR, "ledger", "2026-10-29T07:42")),
        _replaced_image(_shell("03be5517fa90c2d48", "prod", JUNA, "clearing", "2026-11-02T13:05")),
        _refused(_shell("0e7a4c03b91d65f28", "prod", RAFE, "ledger", "2026-11-06T22:51")),
        _kept_elsewhere(_shell("0957d2ab08ce6f314", "prod", CALLUM, "cards", "2026-11-11T09:30")),
        _looked_at_again(_shell("0b86f0d3e5a1974c2", "prod", NOOR, "clearing", "2026-11-17T16:12")),
        _still_open(_shell("07d30be6c8f94a15e", "prod", JUNA, "cards", "2026-11-20T10:58")),
        _finished(_shell("0199bb27be8f354b7", "prod", CALLUM, "ledger", "2026-11-20T14:17")),
    ]
    return _trail("prod-server-access", "production", workflows)


def beta() -> TrailScript:
    """Return the trail of the beta environment."""
    workflows = [
        _finished(_shell("0a2f6be01c7d94835", "beta", RAFE, "cards", "2026-11-03T12:20")),
        _broke_the_rules(_shell("0d4819c6fe3b7a052", "beta", CALLUM, "ledger", "2026-11-09T15:44")),
        _finished(
            _shell("06c5a7e2d810f9b43", "beta", JUNA, "clearing", "2026-11-16T08:03"),
            terminal.log_tail,
        ),
        _still_open(_shell("0f13e98b24a7d06c5", "beta", NOOR, "cards", "2026-11-20T11:26")),
    ]
    return _trail("beta-server-access", "the beta environment", workflows)


def _trail(name: str, where: str, workflows: Sequence[WorkflowScript]) -> TrailScript:
    description = (
        f"Interactive shells on servers of {where}. Each session shows who the person is, which "
        "role and task they entered, and everything they typed."
    )
    return TrailScript(name, [VersionScript(description, "public", required(*STEPS), workflows)])


def _shell(id: str, environment: str, person: Person, service: str, moment: str) -> Shell:
    day, time = moment.split("T")
    return Shell(f"ecs-execute-command-{id}", environment, person, service, at(day, time))


def _workflow(shell: Shell, *attestations: AttestationScript) -> WorkflowScript:
    description = f"{shell.person.name} opens a shell in {shell.service} on {shell.cluster}"
    return WorkflowScript(shell.id, description, attestations)


def _identified(shell: Shell) -> AttestationScript:
    return AttestationScript(
        WHO,
        True,
        f"{shell.person.name} signed in with a security key and took the role {shell.role}.",
        shell.at,
        [
            FileScript("caller-identity.json", partial(aws.caller_identity, shell)),
            FileScript("assume-role.json", partial(aws.assume_role, shell)),
        ],
        user_data={"person": shell.person.handle, "mfa": True, "source_ip": shell.person.ip},
    )


def _entered(shell: Shell, *, minutes: int = 1) -> AttestationScript:
    return AttestationScript(
        AS_WHAT,
        True,
        f"The shell runs in the approved image of {shell.service}.",
        after(shell.at, minutes),
        [
            FileScript("execute-command.json", partial(aws.execute_command, shell)),
            FileScript("task.json", partial(aws.task, shell)),
        ],
    )


def _typed(shell: Shell, session: Session = terminal.psql_session) -> AttestationScript:
    write = partial(session, shell.person.handle, f"{shell.service}-0", shell.at)
    return AttestationScript(
        TYPED,
        True,
        "The session was recorded to its end; it read and changed nothing.",
        after(shell.at, 15),
        [FileScript("session.log", write)],
        user_data={"recorder": "session-recorder 3.4.1", "duration_seconds": 780},
    )


def _finished(shell: Shell, session: Session = terminal.psql_session) -> WorkflowScript:
    return _workflow(shell, _identified(shell), _entered(shell), _typed(shell, session))


def _still_open(shell: Shell) -> WorkflowScript:
    return _workflow(shell, _identified(shell), _entered(shell))


def _refused(shell: Shell) -> WorkflowScript:
    """Somebody asked for a shell outside of their duty, and did not get it."""
    message = (
        f"User: {shell.arn('iam', f'user/{shell.person.handle}', region='')} is not authorized to "
        f"perform: sts:AssumeRole on resource: {shell.arn('iam', f'role/{shell.role}', region='')}"
    )
    refused = AttestationScript(
        AS_WHAT,
        False,
        f"Access failed: {shell.person.name} was not on duty and has no approved change, so taking "
        f"the role {shell.role} was refused. No shell was opened. The duty manager was called.",
        after(shell.at, 1),
        [FileScript("assume-role.json", partial(aws.assume_role, shell, refused=message))],
        user_data={"error_code": "AccessDenied", "on_duty": False},
    )
    nothing = AttestationScript(
        TYPED, None, "No command was run, so there is nothing to log.", after(shell.at, 2)
    )
    identity = FileScript(
        "sign-in.json",
        partial(
            text.json_file, {"person": shell.person.handle, "mfa": True, "at": aws.time(shell.at)}
        ),
    )
    who = AttestationScript(
        WHO, True, f"{shell.person.name} signed in with a security key.", shell.at, [identity]
    )
    return _workflow(shell, who, refused, nothing)


def _replaced_image(shell: Shell) -> WorkflowScript:
    """The task ran an image nobody had approved; it was replaced, and the step attested again."""
    wrong = AttestationScript(
        AS_WHAT,
        False,
        "The task runs an image that is not on the list of approved images. The shell was closed.",
        after(shell.at, 1),
        [
            FileScript("execute-command.json", partial(aws.execute_command, shell)),
            FileScript("task.json", partial(aws.task, shell, approved=False)),
        ],
    )
    return _workflow(shell, _identified(shell), wrong, _entered(shell, minutes=34), _typed(shell))


def _kept_elsewhere(shell: Shell) -> WorkflowScript:
    """The recording is large and stays in a bucket; here are its address and its digest."""
    name = f"{shell.id}.cast"
    recording = terminal.log_tail(shell.person.handle, f"{shell.service}-0", shell.at)
    link = {
        "name": name,
        "uri": f"s3://harbor-bank-recordings.example/{shell.environment}/{name}",
        "digest": {"sha256": hashlib.sha256(recording).hexdigest()},
    }
    typed = AttestationScript(
        TYPED,
        None,
        "The recording is kept in the bank's own bucket. Nobody has read it yet: no verdict.",
        after(shell.at, 15),
        external=[link],
    )
    return _workflow(shell, _identified(shell), _entered(shell), typed)


def _looked_at_again(shell: Shell) -> WorkflowScript:
    """A colleague read the log afterwards, which the trail does not demand."""
    note = text.memo(
        sender=WRITER.name,
        to="platform@harbor-bank.test",
        date="18 November 2026",
        subject=f"Second look at {shell.id}",
        paragraphs=[
            "I read the whole log. It shows how long requests took, and no customer's data."
        ],
    )
    review = AttestationScript(
        "second-look",
        True,
        "Read by a colleague who was not in the session.",
        after(shell.at, 1_100),
        [
            FileScript("second-look.txt", lambda: note),
            FileScript("customers-seen.csv.age", partial(age.sealed, shell.id, 1_200)),
        ],
        by=Reporter.WRITER,
    )
    recording = partial(asciicast.look_around, shell.person.handle, f"{shell.service}-0", shell.at)
    typed = replace(_typed(shell, terminal.log_tail), files=[FileScript("session.cast", recording)])
    return _workflow(shell, _identified(shell), _entered(shell), typed, review)


def _broke_the_rules(shell: Shell) -> WorkflowScript:
    write = partial(terminal.forbidden_session, shell.person.handle, f"{shell.service}-0", shell.at)
    typed = AttestationScript(
        TYPED,
        False,
        "Rows were changed by hand outside of a change window. See the guard's line in the log.",
        after(shell.at, 6),
        [FileScript("session.log", write)],
        user_data={"guard": "session-guard", "finding": "write-statement"},
    )
    return _workflow(shell, _identified(shell), _entered(shell), typed)

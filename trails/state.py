"""The verdict over a workflow, with its reasons (DESIGN §5). Pure: no models, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

INCOMPLETE = "incomplete"
COMPLIANT = "compliant"
NON_COMPLIANT = "non-compliant"
MISSING = "missing"
RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Step:
    """A named slot of the trail's template."""

    name: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Attested:
    """What counts of an attestation: its step, its number in the workflow, its verdict or None."""

    step: str
    number: int
    is_compliant: bool | None


@dataclass(frozen=True, slots=True)
class StepVerdict:
    """The state of one step. `number` is that of the attestation that counts, None if missing."""

    step: str
    state: str
    required: bool
    expected: bool
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of a workflow, the reasons in sentences, and each step's own state."""

    state: str
    reasons: tuple[str, ...]
    steps: tuple[StepVerdict, ...]

    @property
    def missing(self) -> int:
        """Return how many required steps have not been attested."""
        return sum(step.required and step.state == MISSING for step in self.steps)


def _step_state(is_compliant: bool | None) -> str:
    if is_compliant is None:
        return RECORDED
    return COMPLIANT if is_compliant else NON_COMPLIANT


def latest(attestations: Iterable[Attested]) -> dict[str, Attested]:
    """Return the attestation of each step that counts: the one with the highest number."""
    found: dict[str, Attested] = {}
    for attested in attestations:
        if attested.step not in found or attested.number > found[attested.step].number:
            found[attested.step] = attested
    return found


def judge(steps: Sequence[Step], attestations: Iterable[Attested]) -> Verdict:
    """Return the verdict over the attestations of a workflow under its template of steps.

    Non-compliant beats incomplete beats compliant. Steps outside the template are unexpected: they
    count when they are non-compliant. A template without required steps needs one attestation.
    """
    counting = latest(attestations)
    template = {step.name: step for step in steps}
    verdicts: list[StepVerdict] = []
    for step in steps:
        found = counting.get(step.name)
        state = _step_state(found.is_compliant) if found else MISSING
        number = found.number if found else None
        verdicts.append(StepVerdict(step.name, state, step.required, True, number))
    for name, found in sorted(counting.items(), key=lambda item: item[1].number):
        if name not in template:
            state = _step_state(found.is_compliant)
            verdicts.append(StepVerdict(name, state, False, False, found.number))

    refused = [v for v in verdicts if v.state == NON_COMPLIANT]
    missing = [v for v in verdicts if v.state == MISSING and v.required]
    reasons = [_refusal(v) for v in refused]
    reasons += [f"`{v.step}` has not been attested." for v in missing]
    if not counting and not missing:
        reasons.append("Nothing has been attested.")
    if refused:
        return Verdict(NON_COMPLIANT, tuple(reasons), tuple(verdicts))
    if missing or not counting:
        return Verdict(INCOMPLETE, tuple(reasons), tuple(verdicts))
    return Verdict(COMPLIANT, tuple(_grounds(steps, verdicts)), tuple(verdicts))


def _refusal(verdict: StepVerdict) -> str:
    if verdict.expected:
        return f"`{verdict.step}` is non-compliant."
    return f"`{verdict.step}` is non-compliant; it is not a step of this trail, but it counts."


def _grounds(steps: Sequence[Step], verdicts: Sequence[StepVerdict]) -> list[str]:
    """Say what a good verdict rests on, and what it does not say."""
    if not steps:
        grounds = ["This trail demands no steps; nothing attested is non-compliant."]
    elif any(step.required for step in steps):
        grounds = ["Every required step has been attested and none is non-compliant."]
    else:
        grounds = ["This trail requires no step; nothing attested is non-compliant."]
    silent = [v.step for v in verdicts if v.state == RECORDED]
    if silent:
        names = ", ".join(f"`{name}`" for name in silent)
        grounds.append(f"Recorded without a verdict: {names}.")
    return grounds

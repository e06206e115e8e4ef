"""All files of the demo's script, as its pure writers write them."""

from dataclasses import dataclass

from trails.demo import processes


@dataclass(frozen=True)
class Generated:
    """A file: where it is attested, its name, its bytes."""

    trail: str
    workflow: str
    step: str
    name: str
    data: bytes

    @property
    def suffix(self) -> str:
        """Gives what follows the last dot."""
        return self.name.rpartition(".")[2]


def everything() -> list[Generated]:
    """Writes each file of each attestation of each workflow."""
    return [
        Generated(trail.name, workflow.id, attestation.step, file.name, file.write())
        for trail in processes.trails()
        for version in trail.versions
        for workflow in version.workflows
        for attestation in workflow.attestations
        for file in attestation.files
    ]


def of(suffix: str) -> list[Generated]:
    """Writes the files of one kind; fails when there is none."""
    found = [file for file in everything() if file.suffix == suffix]
    assert found, f"no file ends in .{suffix}"
    return found

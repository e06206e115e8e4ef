"""Bytes in the format of age (age-encryption.org/v1) that nobody can decrypt. Pure."""

import base64

from trails.demo.dice import Dice


def sealed(seed: str, size: int) -> bytes:
    """Return a file for one recipient whose payload is made up, of so many bytes."""
    dice = Dice(f"age/{seed}")

    def base64_of(length: int) -> str:
        return base64.b64encode(bytes.fromhex(dice.hex(2 * length))).decode().rstrip("=")

    head = ["age-encryption.org/v1", f"-> X25519 {base64_of(32)}", base64_of(32)]
    head.append(f"--- {base64_of(32)}")
    payload = b"".join(bytes.fromhex(dice.hex(64)) for _ in range(size // 32 + 1))
    return ("\n".join(head) + "\n").encode() + payload[:size]

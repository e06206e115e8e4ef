"""One client of an S3 store per process, and what the store answers, in the words of `errors`.

Knows no vault: which object is asked for, and what is done with it, is decided elsewhere.

Threat. A store that is away, slow or busy must never look like a store that has no such object:
only its own "404" for an object says that. All else is `VaultUnavailable`, and nothing counts.
"""

import contextlib
import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.exceptions import HTTPClientError as ConnectionBroken
from urllib3.exceptions import HTTPError

from evidence.errors import VaultUnavailable
from evidence.vault.places import Credentials, Place

logger = logging.getLogger(__name__)

CONNECT_SECONDS, READ_SECONDS = 5, 60
ATTEMPTS = 4  # of one request, with waits that grow between them
IN_FLIGHT = 16  # requests of one kind at a time

_CREDENTIALS = frozenset(
    {
        *("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken"),
        *("InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed"),
    }
)
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchVersion"})


def client_of(place: Place, credentials: Credentials) -> Any:
    """Return the client of this process for a store. Threads share it and its connections."""
    return _client(place, credentials, os.getpid())  # no connection outlives a fork


@lru_cache(maxsize=16)
def _client(place: Place, credentials: Credentials, _process: int) -> Any:
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=4 * IN_FLIGHT,
        tcp_keepalive=True,
        signature_version="s3v4",
        s3={"addressing_style": place.addressing},
        # The checksums are ours, SHA-256, and given or compared where it matters.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # A session of its own: the one that boto3 shares is not for several threads.
    return boto3.session.Session().client(
        "s3",
        endpoint_url=place.endpoint or None,
        region_name=place.region,
        aws_access_key_id=credentials.access_key_id or None,
        aws_secret_access_key=credentials.secret_access_key or None,
        config=config,
    )


def pool(kind: str) -> ThreadPoolExecutor:
    """Return the threads for one kind of request. No task may wait for one of its own kind."""
    return _pool(kind, os.getpid())


@lru_cache(maxsize=16)
def _pool(kind: str, _process: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix=f"vault-{kind}")


def code_of(error: ClientError) -> str:
    """Return the code of a refusal as S3 names it, such as `PreconditionFailed`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """Return the HTTP status of a refusal; 0 when the answer had none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_taken(error: ClientError) -> bool:
    """Tell whether a conditional write was refused because the name has an object already."""
    return code_of(error) == "PreconditionFailed" or status_of(error) == 412


def is_absent(error: ClientError) -> bool:
    """Tell whether the store says that there is no such object."""
    return code_of(error) in _ABSENT


@contextlib.contextmanager
def answering(name: str) -> Iterator[None]:
    """Raise what the store says, or its silence, about one object in our words.

    `FileNotFoundError` when it says that there is none, else `VaultUnavailable`. What a caller
    expects, such as a taken name, it catches inside.
    """
    try:
        yield
    except ClientError as error:
        if is_absent(error):
            raise FileNotFoundError(f"{name} is not in the vault.") from error
        raise VaultUnavailable(_explained(error)) from error
    except NoCredentialsError as error:
        raise VaultUnavailable(
            "There are no credentials for the store of the vault. Set VAULT_ACCESS_KEY_ID and "
            "VAULT_SECRET_ACCESS_KEY."
        ) from error
    except (BotoCoreError, ConnectionBroken, HTTPError) as error:
        raise VaultUnavailable(
            f"The store of the vault gives no answer: {error}. Nothing counts as saved; try again, "
            "and if it stays, look at the store and at VAULT_URL."
        ) from error


def _explained(error: ClientError) -> str:
    code, status = code_of(error), status_of(error)
    said = str(error.response.get("Error", {}).get("Message", "")) or "no more words"
    if code in _CREDENTIALS:
        return (
            f"The store of the vault does not take our credentials ({code}). Renew "
            "VAULT_ACCESS_KEY_ID and VAULT_SECRET_ACCESS_KEY, or set the clock."
        )
    if code in {"AccessDenied", "403"} or status == 403:
        return (
            f"The store of the vault refuses this to our credentials ({code}: {said}). The README "
            "lists the rights that they need."
        )
    if code == "NoSuchBucket":
        return "The bucket of the vault does not exist. Make it, or mend VAULT_URL."
    if status >= 500 or code in {"SlowDown", "RequestTimeout", "Throttling", "503"}:
        return f"The store of the vault is busy or broken ({code or status}). Try again."
    return f"The store of the vault refuses: {code or status}, {said}. Look at VAULT_URL."

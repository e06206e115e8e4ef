"""Questions to an S3 store, and its answers as facts: agreed or refused, in which words.

Threat. A refusal proves something only if it is one. Expired credentials, a busy store or a broken
connection are none: they end the check, and there is no verdict.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from evidence.errors import VaultUnavailable

# Answers that come from our side or from the way: they say nothing about write-once.
_NO_ANSWER = {
    *("ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "RequestTimeTooSkewed"),
    *("RequestTimeout", "SignatureDoesNotMatch", "SlowDown", "TooManyRequests"),
}
# The time in an answer has no fractions of a second, and was some time on its way.
_UNCERTAIN = datetime.timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the store answered: whether it agreed, in few words, and the parsed body."""

    agreed: bool
    said: str
    status: int
    body: Mapping[str, Any]


def ask(client: Any, operation: str, **parameters: Any) -> Answer:
    """Return what a store answers to an operation; `VaultUnavailable` if it does not answer."""
    try:
        body = getattr(client, operation)(**parameters)
    except ClientError as error:
        return _refusal(operation, error)
    except (BotoCoreError, HTTPError) as error:
        raise VaultUnavailable(
            f"The store did not answer {operation}: {error} Nothing is known; try again."
        ) from error
    status = int(body["ResponseMetadata"]["HTTPStatusCode"])
    refused = [str(error.get("Code", "an error"))[:100] for error in body.get("Errors", [])]
    said = f"{status}, errors: {', '.join(refused)}" if refused else str(status)
    return Answer(not refused, said, status, body)


def clock_ahead(answer: Answer) -> datetime.timedelta:
    """Return how far the store's clock is ahead of ours, by the time of its answer."""
    said = answer.body.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        ahead = parsedate_to_datetime(said) - datetime.datetime.now(datetime.UTC)
    except (TypeError, ValueError):  # no date, or one without a time zone
        return datetime.timedelta()
    return ahead if abs(ahead) > _UNCERTAIN else datetime.timedelta()


def _refusal(operation: str, error: ClientError) -> Answer:
    """Return a refusal as an answer; what is none, such as an outage, is `VaultUnavailable`."""
    status = int(error.response["ResponseMetadata"]["HTTPStatusCode"])
    code = str(error.response.get("Error", {}).get("Code", ""))[:100]
    if code in _NO_ANSWER or status == 429 or (status >= 500 and status != 501):
        raise VaultUnavailable(
            f"The store did not answer {operation}: {status} {code}. Nothing is known. Look at "
            "the credentials, the clock and the store, and try again."
        ) from error
    said = str(status) if code in {"", str(status)} else f"{status} {code}"
    return Answer(False, said, status, error.response)

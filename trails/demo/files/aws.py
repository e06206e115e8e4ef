"""What AWS says about a shell session: CloudTrail events, STS identities, ECS tasks. Pure.

The field names are Amazon's; every account, role, key and address is from its or RFC 5737's
examples.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from trails.demo.bank import AWS_ACCOUNTS, REGION, Person
from trails.demo.dice import Dice
from trails.demo.files.text import json_file

_AGENT = "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux md/arch#x86_64 lang/python#3.13.7"
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell that somebody opened in a container: who, where, when. `id` is ECS's session id."""

    id: str
    environment: str
    person: Person
    service: str
    at: datetime.datetime

    @property
    def account(self) -> str:
        """Return the number of the AWS account."""
        return AWS_ACCOUNTS[self.environment]

    @property
    def role(self) -> str:
        """Return the role that opens shells in this environment."""
        return f"{self.environment}-shell-access"

    @property
    def task(self) -> str:
        """Return the ARN of the task that was entered."""
        return self.arn("ecs", f"task/{self.cluster}/{Dice(self.id).hex(32)}")

    @property
    def cluster(self) -> str:
        """Return the cluster's name."""
        return f"{self.environment}-core"

    def arn(self, service: str, resource: str, *, region: str = REGION) -> str:
        """Return an ARN of this account."""
        return f"arn:aws:{service}:{region}:{self.account}:{resource}"

    @property
    def session_arn(self) -> str:
        """Return the ARN of the person's session under the role."""
        return self.arn("sts", f"assumed-role/{self.role}/{self.person.handle}", region="")


def time(moment: datetime.datetime) -> str:
    """Return a moment as AWS writes it, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def caller_identity(shell: Shell) -> bytes:
    """Return the answer of `aws sts get-caller-identity`."""
    user = f"AROA{Dice(shell.role).hex(16).upper()}:{shell.person.handle}"
    return json_file({"UserId": user, "Account": shell.account, "Arn": shell.session_arn})


def assume_role(shell: Shell, *, refused: str | None = None) -> bytes:
    """Return the CloudTrail event of a person taking the role, or of being refused it."""
    dice = Dice(f"{shell.id}/AssumeRole")
    identity = {
        "type": "IAMUser",
        "principalId": f"AIDA{dice.hex(16).upper()}",
        "arn": shell.arn("iam", f"user/{shell.person.handle}", region=""),
        "accountId": shell.account,
        "userName": shell.person.handle,
    }
    request = {
        "roleArn": shell.arn("iam", f"role/{shell.role}", region=""),
        "roleSessionName": shell.person.handle,
        "durationSeconds": 3600,
        "serialNumber": shell.arn("iam", f"mfa/{shell.person.handle}", region=""),
    }
    outcome: dict[str, Any]
    if refused is not None:
        outcome = {
            "errorCode": "AccessDenied",
            "errorMessage": refused,
            "requestParameters": request,
            "responseElements": None,
        }
    else:
        credentials = {"accessKeyId": "ASIAIOSFODNN7EXAMPLE", "sessionToken": _HIDDEN}
        assumed = {"arn": shell.session_arn}
        outcome = {
            "requestParameters": request,
            "responseElements": {"credentials": credentials, "assumedRoleUser": assumed},
        }
    return json_file(_event(shell, dice, "sts.amazonaws.com", "AssumeRole", identity, outcome))


def execute_command(shell: Shell, command: str = "/bin/bash") -> bytes:
    """Return the CloudTrail event of the shell being opened."""
    dice = Dice(f"{shell.id}/ExecuteCommand")
    principal = f"AROA{Dice(shell.role).hex(16).upper()}"
    identity = {
        "type": "AssumedRole",
        "principalId": f"{principal}:{shell.person.handle}",
        "arn": shell.session_arn,
        "accountId": shell.account,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": principal,
                "arn": shell.arn("iam", f"role/{shell.role}", region=""),
                "accountId": shell.account,
                "userName": shell.role,
            },
            "attributes": {"creationDate": time(shell.at), "mfaAuthenticated": "true"},
        },
    }
    stream = f"wss://ssmmessages.example.com/v1/data-channel/{shell.id}?role=publish_subscribe"
    session = {"sessionId": shell.id, "streamUrl": stream, "tokenValue": _HIDDEN}
    outcome = {
        "requestParameters": {
            "cluster": shell.cluster,
            "container": shell.service,
            "command": command,
            "interactive": True,
            "task": shell.task,
        },
        "responseElements": {
            "clusterArn": shell.arn("ecs", f"cluster/{shell.cluster}"),
            "containerName": shell.service,
            "interactive": True,
            "session": session,
            "taskArn": shell.task,
        },
    }
    return json_file(_event(shell, dice, "ecs.amazonaws.com", "ExecuteCommand", identity, outcome))


def task(shell: Shell, *, approved: bool = True) -> bytes:
    """Return what ECS says about the task that was entered, and the image it runs."""
    dice = Dice(f"{shell.service}/{'approved' if approved else 'unknown'}")
    registry = f"{shell.account}.dkr.ecr.{REGION}.amazonaws.com"
    return json_file(
        {
            "taskArn": shell.task,
            "clusterArn": shell.arn("ecs", f"cluster/{shell.cluster}"),
            "taskDefinitionArn": shell.arn(
                "ecs", f"task-definition/{shell.service}:{dice.between(40, 90)}"
            ),
            "enableExecuteCommand": True,
            "lastStatus": "RUNNING",
            "containers": [
                {
                    "name": shell.service,
                    "image": f"{registry}/{shell.service}@sha256:{dice.hex(64)}",
                    "managedAgents": [
                        {"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"},
                    ],
                }
            ],
            "startedBy": f"ecs-svc/{dice.between(10**18, 10**19)}",
        }
    )


def _event(
    shell: Shell,
    dice: Dice,
    source: str,
    name: str,
    identity: dict[str, Any],
    outcome: dict[str, Any],
) -> dict[str, Any]:
    return {
        "eventVersion": "1.10",
        "userIdentity": identity,
        "eventTime": time(shell.at),
        "eventSource": source,
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": shell.person.ip,
        "userAgent": _AGENT,
        **outcome,
        "requestID": dice.uuid(),
        "eventID": dice.uuid(),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": shell.account,
        "eventCategory": "Management",
    }

"""The API's description of itself (OpenAPI 3.1): what ninja finds in the routes, made complete.

Ninja knows parameters and good answers. Added here: bodies that are read after authorization,
problems as their own media type, the two ways to send a key, and files.
"""

import datetime
import json
import uuid
from functools import cache
from typing import Any

from django.conf import settings
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer
from ninja.schema import NinjaGenerateJsonSchema
from pydantic import BaseModel

from evidence.ledger import statement
from trails.api import auth, problems

REF = "#/components/schemas/{model}"
SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "`Authorization: Bearer <key>`, with the API key of a person or a service "
        "account.",
    },
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The API key as the user name, with any password.",
    },
}
_KEYS: list[dict[str, list[str]]] = [{"bearer": []}, {"basic": []}]
_MEANING = {
    400: "The request does not fit; `field` says where.",
    401: "The key does not work, or none came where one is needed.",
    403: "The actor may read this, and its role does not allow the call.",
    404: "It does not exist, or the actor may not know that it does.",
    409: "It is there already, and different; what is recorded does not change.",
    410: "Somebody has disposed of it; `disposal` says who, when and why, and its digest.",
    411: "The body came without a Content-Length; chunked bodies are not accepted.",
    412: "`If-Match` names other bytes than there are.",
    413: "A limit was passed; `detail` and `limit` say which.",
    415: "The body has a Content-Type that this call does not take.",
    416: "The range lies outside the file; `Content-Range` says how long it is.",
    500: "The server failed, and the log says why.",
    503: "It is recorded and not sealed yet. Ask again after `Retry-After` seconds.",
}


def refusals(*statuses: int) -> dict[int, type[BaseModel]]:
    """Return the problems that an operation can answer with; 401 and 500 are always among them."""
    return {status: problems.Problem for status in sorted({401, 500, *statuses})}


def taking(model: type[BaseModel], *, required: bool) -> dict[str, Any]:
    """Return the description of an operation that takes a JSON body."""
    schema = {"$ref": REF.format(model=model.__name__)}
    return {
        "requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}
    }


def giving(media_type: str, description: str, *, etag: str) -> dict[str, Any]:
    """Return the description of a download, which is served whole or from any byte."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    headers = {
        "ETag": {"schema": {"type": "string"}, "description": etag},
        "Accept-Ranges": {"schema": {"type": "string", "const": "bytes"}},
        "Content-Length": {"schema": {"type": "integer"}},
    }
    conditions = ("Range", "If-Range", "If-Match", "If-None-Match")
    return {
        "parameters": [
            {"in": "header", "name": name, "required": False, "schema": {"type": "string"}}
            for name in conditions
        ],
        "responses": {
            200: {"description": description, "content": content, "headers": headers},
            206: {
                "description": "The part that `Range` asked for.",
                "content": content,
                "headers": headers | {"Content-Range": {"schema": {"type": "string"}}},
            },
            304: {"description": "It is what `If-None-Match` names.", "headers": headers},
        },
    }


def text(description: str) -> dict[str, Any]:
    """Return the description of an operation that answers with text."""
    content = {"text/plain": {"schema": {"type": "string"}}}
    return {"responses": {200: {"description": description, "content": content}}}


class _Encoder(json.JSONEncoder):
    """Writes moments as records do: Django's own encoder would cut microseconds off."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime.datetime):
            return statement.timestamp(o)
        return str(o) if isinstance(o, uuid.UUID) else super().default(o)


class _Renderer(JSONRenderer):
    encoder_class = _Encoder


class SelfDescribing(NinjaAPI):
    """A ninja API without its interactive pages, whose description is complete."""

    def __init__(self, *, bodies: tuple[type[BaseModel], ...], **kwargs: Any) -> None:
        # Ninja's pages load scripts from elsewhere; the policy of this house lets none in.
        super().__init__(
            docs_url=None,
            docs=_NoDocs(),
            docs_decorator=require_safe,
            renderer=_Renderer(),
            **kwargs,
        )
        self._bodies = bodies
        self._described = cache(self._describe)
        for kind in list(self._exception_handlers):
            self.add_exception_handler(kind, _pass_on)  # type: ignore[arg-type]

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the description; it is made once."""
        return self._described(path_prefix or self.get_root_path(path_params or {}))

    def _describe(self, path_prefix: str) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix)
        schema["servers"] = [{"url": settings.PUBLIC_URL}]
        components = schema["components"]
        components["securitySchemes"] = SECURITY_SCHEMES
        for model in self._bodies:
            described = model.model_json_schema(
                ref_template=REF, schema_generator=NinjaGenerateJsonSchema
            )
            components["schemas"].update(described.pop("$defs", {}))
            components["schemas"][model.__name__] = described
        for name in set(components["schemas"]) - _referred_to(schema):
            del components["schemas"][name]  # the models of queries, which are parameters here
        open_to_all = self._open_operations()
        for path in schema["paths"].values():
            for method, operation in list(path.items()):
                path[method] = _completed(method, operation, open_to_all)
        return schema

    def _open_operations(self) -> set[str]:
        return {
            operation.operation_id or self.get_openapi_operation_id(operation)
            for router in self._get_bound_routers()
            for view in router.path_operations.values()
            for operation in view.operations
            if auth.anybody in operation.auth_callbacks
        }


class _NoDocs(DocsBase):
    """Nothing: the description is for tools."""

    def render_page(self, request: Any, api: NinjaAPI, **kwargs: Any) -> Any:
        raise NotImplementedError("There is no page.")


def _pass_on(request: Any, error: Exception) -> Any:
    """Leave every error to `trails.api.dialect`, which answers all of them."""
    raise error


def _referred_to(value: Any) -> set[str]:
    """Return the names of all schemas that a description refers to."""
    if isinstance(value, dict):
        own = {str(value["$ref"]).rpartition("/")[2]} if "$ref" in value else set()
        return own.union(*map(_referred_to, value.values()))
    return set().union(*map(_referred_to, value)) if isinstance(value, list) else set()


def _completed(method: str, operation: dict[str, Any], open_to_all: set[str]) -> dict[str, Any]:
    found = dict(operation)
    is_open = operation["operationId"] in open_to_all
    found["security"] = [*_KEYS, {}] if is_open else _KEYS
    found["responses"] = {
        status: _response(method, status, response)
        for status, response in sorted(operation["responses"].items())
    }
    if method == "head":  # ninja gives both methods one id, and an id names one operation
        found["operationId"] = f"{operation['operationId']}_head"
    return found


def _response(method: str, status: int, response: dict[str, Any]) -> dict[str, Any]:
    found = dict(response)
    content = found.pop("content", None)
    if status >= 400:
        found["description"] = _MEANING[status]
        content = {problems.MEDIA_TYPE: content["application/json"]} if content else None
    if status == 401:
        found["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    if status == 503:
        found["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    if status in (201, 202):
        found["headers"] = {
            "Location": {"schema": {"type": "string"}, "description": "The address of what is new."}
        }
    return found if method == "head" or content is None else found | {"content": content}

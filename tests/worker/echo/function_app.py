"""An app with one function, which logs its request and answers as the caller's trace says."""

from __future__ import annotations

import json
import logging

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.function_name("Echo")
@app.route(route="echo/{id}")
async def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    saw = {
        "method": req.method,
        "url": req.url,
        "route_params": dict(req.route_params),
        "params": dict(req.params),
        "headers": dict(req.headers),
        "body": req.get_body().decode("latin-1"),
    }
    logging.getLogger("echo").info("saw %s", json.dumps(saw))
    answers = json.loads(context.trace_context.attributes["answers"])
    if answers.get("raises"):
        raise ValueError
    if answers.get("returns_none"):
        return None  # type: ignore[return-value]  # Microsoft's runtime accepts no union as annotation
    body = answers.get("text", "x" * answers.get("large", 0))
    if "bytes" in answers:
        body = answers["bytes"].encode("latin-1")
    options = {name: answers[name] for name in ("headers", "mimetype", "charset") if name in answers}
    return func.HttpResponse(body or None, status_code=answers.get("status", 200), **options)

"""Calls litellm against the mock; prints what it returned as one JSON object."""

from __future__ import annotations

import json
import os
import sys

import litellm
from pydantic import BaseModel

MODEL = "Qwen/Qwen3.5-27B"
HELLO = [{"role": "user", "content": "Hello?"}]
WEATHER = [{"role": "user", "content": "How is the weather?"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


class Person(BaseModel):
    """Structured output."""

    name: str
    age: int


base = os.environ["OPENAI_BASE_URL"]
key = os.environ["MODELSCOPE_API_TOKEN"]
options = {"api_base": base, "api_key": key, "num_retries": 0}
found = {}

reply = litellm.completion(model=f"openai/{MODEL}", messages=HELLO, **options)
found["openai"] = reply.choices[0].message.content
reply = litellm.completion(model=f"modelscope/{MODEL}", messages=HELLO, **options)
found["modelscope"] = reply.choices[0].message.content
reply = litellm.completion(
    model=f"anthropic/{MODEL}", messages=HELLO, **{**options, "api_base": base.removesuffix("/v1/")}
)
found["anthropic"] = reply.choices[0].message.content
chunks = litellm.completion(model=f"openai/{MODEL}", messages=HELLO, stream=True, **options)
found["stream"] = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
reply = litellm.completion(
    model=f"openai/{MODEL}", messages=WEATHER, tools=[TOOL], tool_choice="required", **options
)
(call,) = reply.choices[0].message.tool_calls
found["tool"] = [call.function.name, json.loads(call.function.arguments)]
reply = litellm.completion(
    model=f"openai/{MODEL}", messages=HELLO, response_format=Person, **options
)
found["structured"] = Person.model_validate_json(reply.choices[0].message.content).model_dump()
try:
    litellm.completion(model="openai/acme/invented", messages=HELLO, **options)
except litellm.BadRequestError as error:
    found["error"] = [error.status_code, "Invalid model id" in str(error)]
json.dump(found, sys.stdout)

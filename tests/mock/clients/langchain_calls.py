"""Calls langchain-openai against the mock; prints what it returned as one JSON object."""

from __future__ import annotations

import json
import sys

from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

MODEL = "Qwen/Qwen3.5-27B"


class Person(BaseModel):
    """Structured output."""

    name: str
    age: int


class Weather(BaseModel):
    """Give the weather of a city."""

    city: str


chat = ChatOpenAI(model=MODEL, max_retries=0)
found = {"invoke": chat.invoke("Hello?").content}
found["stream"] = "".join(str(chunk.content) for chunk in chat.stream("Hello?"))
for method in ("json_schema", "function_calling"):
    structured = chat.with_structured_output(Person, method=method)
    found[method] = structured.invoke("Name a person, as JSON.").model_dump()
(call,) = chat.bind_tools([Weather], tool_choice="required").invoke("Rain?").tool_calls
found["tool"] = [call["name"], call["args"]]
embeddings = OpenAIEmbeddings(
    model="acme/embedding",
    check_embedding_ctx_length=False,
    model_kwargs={"encoding_format": "float"},
)
found["embeddings"] = [len(row) for row in embeddings.embed_documents(["one", "two"])]
json.dump(found, sys.stdout)

"""A program that asks a chat model through API-Inference, as any program of yours may."""

from __future__ import annotations

from openai import APIStatusError, OpenAI


def answer(base_url: str, token: str, model: str, question: str) -> str:
    """What `model` answers, or why it does not, in a line for a person."""
    client = OpenAI(base_url=base_url, api_key=token, max_retries=0)
    try:
        reply = client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": question}]
        )
    except APIStatusError as error:
        return f"no answer ({error.status_code})"
    if not reply.choices:
        return "no answer (empty)"
    return reply.choices[0].message.content or ""

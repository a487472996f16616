"""Ask a model about src/models."""

import os

from openai import OpenAI

BASE_URL = "https://api-inference.modelscope.cn/v1"
MODELS = [
    "Qwen/Qwen3.5-27B",
    "acme-lab/Retired-7B",  # gone?
]
DEFAULT_MODEL = os.getenv("CHAT_MODEL", "acme-lab/Retired-7B")
model_path = "checkpoints/best"
content_type = "application/json"
client = OpenAI(base_url=BASE_URL, api_key=os.environ["MODELSCOPE_API_KEY"])


def ask(model: str = "Qwen/Qwen3.5-27B", model_ratio: float = 1) -> str:
    model_size = model_ratio / len(MODELS)
    return client.chat.completions.create(model="acme-lab/Retired-7B", messages=[], n=model_size)

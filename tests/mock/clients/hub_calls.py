"""Calls modelscope_hub against the mock; prints what it returned as one JSON object."""

from __future__ import annotations

import json
import os
import sys

from modelscope_hub import AuthenticationError, HubApi

MODEL = "Qwen/Qwen3.5-27B"

api = HubApi(token=os.environ["MODELSCOPE_API_TOKEN"])
found = {"user": api.whoami().username}
page = api.list_repos(repo_type="model", owner="Qwen", page_size=5)
found["listed"] = [len(page.items), all(repo.owner == "Qwen" for repo in page.items)]
found["tasks"] = api.get_repo(MODEL, repo_type="model").tasks
found["exists"] = [api.repo_exists(each, repo_type="model") for each in (MODEL, "acme/invented")]
try:
    HubApi(token="ms-5eed0000-0000-4000-8000-00000000dead").whoami()
except AuthenticationError:
    found["other token"] = "refused"
json.dump(found, sys.stdout)

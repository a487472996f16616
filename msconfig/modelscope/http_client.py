"""The client for the network. Importing it loads httpx; only what makes requests should."""

from __future__ import annotations

from msconfig.modelscope._http import HttpClient

__all__ = ["HttpClient"]

"""Validation under a schema that a user brings, which may take for ever.

A pattern such as ``^(a+)+$`` and references that multiply take exponential time, and nothing in
Python ends a match from outside. So another process validates, which can be ended.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

from msconfig.errors import FileError, UsageError
from msconfig.parsing import NotJson, loads
from msconfig.problems import Problem
from msconfig.tokens import without_token_variables

__all__ = ["answer", "problems_under"]

_log = logging.getLogger(__name__)

SECONDS = 20
"""Of computing (POSIX), the start of the process included; a document with 500 models takes less
than one. On a busy machine that is longer, so three times as much may pass, on Windows too."""
_CHILD = """
import faulthandler, json, os, sys
seconds = int(sys.argv[2])
try:
    import resource
except ImportError:  # Windows
    pass
else:
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = seconds if hard == resource.RLIM_INFINITY else min(seconds, hard)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
# for the case that the parent is killed: a thread in C, which a match in progress does not keep out
faulthandler.dump_traceback_later(3 * seconds + 5, exit=True, file=open(os.devnull, "w"))
sys.path[:] = json.loads(sys.argv[1])
from msconfig.user_schemas import answer
sys.stdout.write(answer(sys.stdin.read()))
"""


def problems_under(value: object, schema_file: Path) -> list[Problem]:
    """Problems of `value`, which is JSON, under a user's schema. References are not fetched.

    Raises:
        FileError: the schema cannot be read.
        UsageError: it is not a JSON Schema, or takes too long.
    """
    try:
        schema = loads(schema_file.read_bytes())
    except OSError as error:
        raise FileError.from_os("read the schema", schema_file, error) from None
    except NotJson as error:
        raise UsageError(
            f"{schema_file}: {error}; schema has to be a JSON Schema",
            with_options=f"{schema_file}: {error}; --schema takes a JSON Schema",
        ) from None
    if not isinstance(schema, dict):
        raise UsageError(f"{schema_file}: not a JSON Schema: it has to be an object")
    answered = json.loads(_answered(json.dumps([value, schema]), schema_file))
    if isinstance(answered, str):
        raise UsageError(f"{schema_file}: {answered}")
    return [Problem(path, message) for path, message in answered]


def _answered(job: str, schema_file: Path) -> str:
    """What `answer` returns in a process of its own.

    Raises:
        UsageError: it takes too long, or cannot be started.
    """
    command = [sys.executable, "-P", "-c", _CHILD, json.dumps(sys.path), str(SECONDS)]
    _log.debug("validate by %s, in a process of its own", schema_file)
    try:
        ran = subprocess.run(  # noqa: S603 - our own code; the job is on its standard input
            command,
            input=job.encode("ascii"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=3 * SECONDS,
            check=False,
            env=without_token_variables(os.environ),
        )
    except subprocess.TimeoutExpired:
        raise _too_long(schema_file) from None
    except OSError as error:
        raise UsageError(f"{schema_file}: Python cannot be run to validate: {error}") from None
    if ran.returncode == _OUT_OF_TIME:
        raise _too_long(schema_file)
    if ran.returncode != 0:
        raise UsageError(f"{schema_file}: validation stopped with {ran.returncode}")
    return ran.stdout.decode("ascii")


_OUT_OF_TIME = -getattr(signal, "SIGXCPU", 1000)


def _too_long(schema_file: Path) -> UsageError:
    return UsageError(
        f"{schema_file}: validation takes more than {SECONDS} s; look for repetitions in"
        " repetitions, such as (a+)+, and for definitions that refer to others twice"
    )


def answer(job: str) -> str:
    """The problems of a value under a schema, each as path and message; or why there are none.

    Args:
        job: the value and the schema, as JSON.
    """
    from msconfig.json_schema import UnusableSchema, problems_by  # noqa: PLC0415 - loads jsonschema

    value, schema = json.loads(job)
    try:
        problems = problems_by(schema, value)
    except UnusableSchema as error:
        return json.dumps(str(error))
    return json.dumps([[each.path, each.message] for each in problems])

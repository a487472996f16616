#!/usr/bin/env bash
# What action.yml runs: installs msconfig from this checkout, unless MSCONFIG_COMMAND names one that
# is there, and checks. The inputs come as MSCONFIG_* variables, the token as MODELSCOPE_API_TOKEN.
set -euo pipefail
set -f # an id or a file name is never a pattern

if [ -z "${MSCONFIG_COMMAND:-}" ]; then
  folder="${RUNNER_TEMP:-$(mktemp -d)}/msconfig"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH"
  MSCONFIG_COMMAND="$folder/bin/msconfig"
fi

arguments=(check --format github)
ids=() # msconfig reads a line of several ids, with "- " or quotation marks around them
while IFS= read -r line; do
  [ -z "${line//[[:space:]]/}" ] || ids+=("$line")
done <<<"${MSCONFIG_IDS:-}"
for file in ${MSCONFIG_MODELS:-}; do arguments+=(--models "$file"); done
for file in ${MSCONFIG_FROM:-}; do arguments+=(--from "$file"); done
for report in ${MSCONFIG_REPORT:-}; do arguments+=(--report "$report"); done
[ -z "${MSCONFIG_SITE:-}" ] || arguments+=(--site "$MSCONFIG_SITE")
[ -z "${MSCONFIG_REQUIRE:-}" ] || arguments+=(--require "$MSCONFIG_REQUIRE")
[ "${MSCONFIG_PROBE:-}" != true ] || arguments+=(--probe)
[ -z "${MSCONFIG_MAX_COST:-}" ] || arguments+=(--max-cost "$MSCONFIG_MAX_COST")
[ -z "${MSCONFIG_REUSE:-}" ] || arguments+=(--reuse "$MSCONFIG_REUSE")
[ -z "${MSCONFIG_MAX_AGE:-}" ] || arguments+=(--max-age "$MSCONFIG_MAX_AGE")
[ -z "${MSCONFIG_BASELINE:-}" ] || arguments+=(--baseline "$MSCONFIG_BASELINE")
[ "${MSCONFIG_STRICT:-}" != true ] || arguments+=(--strict)
[ "${MSCONFIG_NO_TOKEN:-}" != true ] || arguments+=(--no-token)
[ "${MSCONFIG_OFFLINE:-}" != true ] || arguments+=(--offline)

code=0
"$MSCONFIG_COMMAND" "${arguments[@]}" -- ${ids[@]+"${ids[@]}"} || code=$?
if [ "$code" -eq 4 ] && [ "${MSCONFIG_FAIL_ON_UNKNOWN:-}" != true ]; then
  echo "::warning::Nothing fails, but not everything could be verified; this step passes."
  code=0
fi
exit "$code"

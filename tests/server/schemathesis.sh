#!/bin/sh
# Requests made up from the OpenAPI description: none may fail the server or get an answer that is not described.
set -eu
program=$1
out=$(mktemp)
"$program" serve --isolated --listen 127.0.0.1:0 > "$out" &
server=$!
trap 'kill $server; rm -f "$out"' EXIT
until [ -s "$out" ]; do sleep 0.1; done
address=$(cat "$out")
# Methods that a path does not have are answered with 405, as `unsupported_method` wants.
"${SCHEMATHESIS:-schemathesis}" run "$address/v1/openapi.json" --checks all --max-examples "${EXAMPLES:-50}" --seed 1

#!/bin/sh
# Hands a call of kubectl to the test, which plays kubectl and the API server: see kubectl-stand-in.ts.
printf '%s\n' "$PWD" "$@" . >"$KUBECTL/call"
read -r status <"$KUBECTL/answer"
cat "$KUBECTL/stdout"
cat "$KUBECTL/stderr" >&2
exit "$status"

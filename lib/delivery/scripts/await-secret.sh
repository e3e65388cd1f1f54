#!/bin/sh
# Waits until a Secret, mounted as a volume, holds the certificate: its controller has then put it there, and
# what restarts next reads it.
#
# Environment:
#   CERTIFICATE_FILE    the certificate in the volume
#   CERTIFICATE_SHA256  of the whole text, in lower-case hex
#   ROUNDS, PAUSE       how often to look, and seconds in between
#
# Exit status: 0 it does, 1 another try may succeed.
#
# Variables are written without braces: Flux substitutes those with.
set -eu
# The first process of a container ignores what it does not handle.
trap 'exit 1' TERM

while [ "$ROUNDS" -gt 0 ]; do
  found=$(sha256sum <"$CERTIFICATE_FILE" | cut -d ' ' -f 1)
  if [ "$found" = "$CERTIFICATE_SHA256" ]; then
    echo 'the Secret holds the certificate'
    exit 0
  fi
  ROUNDS=$((ROUNDS - 1))
  sleep "$PAUSE"
done
echo "error: the Secret holds another certificate than the committed one: SHA-256 $found, committed: $CERTIFICATE_SHA256"
echo 'see why its controller has not updated it: kubectl describe the SealedSecret of that name; the Job tries again'
exit 1

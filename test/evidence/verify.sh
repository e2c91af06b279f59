#!/usr/bin/env bash
# Verifies a bundle with nothing but sha256sum, jq and openssl: verify.sh <bundle> <trusted key.pem> [run id]
set -euo pipefail
bundle=$1 key=$(realpath "$2") run=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$bundle"

fail() { echo "FAILED $1"; exit 4; }

# EV-03, EV-04: the signature, over DSSE's encoding of type and payload (the type is ours, not the file's)
type=application/vnd.in-toto+json
file=attestation.sigstore.json
[ "$(jq -r .dsseEnvelope.payloadType $file)" = "$type" ] || fail 'payload type'
jq -r .dsseEnvelope.payload $file | base64 -d > "$work/payload"
jq -r '.dsseEnvelope.signatures[0].sig' $file | base64 -d > "$work/sig"
{ printf 'DSSEv1 %d %s %d ' ${#type} $type "$(wc -c < "$work/payload")"; cat "$work/payload"; } > "$work/pae"
openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$work/pae" -sigfile "$work/sig" > /dev/null || fail signature

# EV-05: it is about a run, and about the one that was asked for
[ "$(jq -r .predicateType "$work/payload")" = urn:runproof:attestation:run:v1 ] || fail 'predicate type'
[ -z "$run" ] || [ "$(jq -r .predicate.runId "$work/payload")" = "$run" ] || fail 'another run'

# EV-06, EV-07: the manifest is the signed one; every file is listed, there, and unchanged
echo "$(jq -r '.subject[0].digest.sha256' "$work/payload")  manifest-sha256.txt" | sha256sum --check --quiet || fail manifest
sha256sum --check --quiet --strict manifest-sha256.txt || fail files
[ -z "$(find . ! -type f ! -type d -o -type d -empty)" ] || fail 'a file that is no file'
diff <(cut -c 67- manifest-sha256.txt) <(find data -type f | LC_ALL=C sort) > /dev/null || fail 'an unlisted file'

# EV-09: every step names the one before it; count and head are the signed ones
prev=$(printf '0%.0s' {1..64}) count=0
while IFS= read -r line; do
  [ "$(jq -r '"\(.seq) \(.prev)"' <<< "$line")" = "$count $prev" ] || fail "step $count"
  prev=$(printf %s "$line" | sha256sum | cut -c 1-64) count=$((count + 1))
done < data/steps.jsonl
[ "$(jq -r '.predicate.steps | "\(.count) \(.head)"' "$work/payload")" = "$count $prev" ] || fail 'the end of the steps'

jq -r '.predicate | "verified \(.runId) \(.outcome)"' "$work/payload"

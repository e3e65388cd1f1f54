#!/bin/sh
# Gets the CertificateSigningRequest in request.yaml, beside this file, issued: creates it, approves that very
# object if it is the committed one, and keeps the certificate, which is public, in a ConfigMap. Cut off
# anywhere, it can be run again.
#
# Environment:
#   HOME                    a folder to write to
#   CERTIFICATE_CONFIG_MAP  where the certificate is kept, under certificate.pem
#   APPROVE                 automatic or manual
#   ROUNDS, PAUSE           how often to look, and seconds in between
#
# Exit status: 0 done, 1 another try may succeed, 3 none will.
#
# Variables are written without braces: Flux substitutes those with. kubectl gets no flag that says how to reach the
# API server, such as --request-timeout: it would no longer take the service account of its pod for its user
# (https://github.com/kubernetes/client-go/blob/v0.34.0/tools/clientcmd/merged_client_builder.go).
set -eu
export LC_ALL=C
# The first process of a container ignores what it does not handle.
trap 'exit 1' TERM

requests=/apis/certificates.k8s.io/v1/certificatesigningrequests
resource=certificatesigningrequests.certificates.k8s.io
committed=$(dirname "$0")/request.yaml
cd "$HOME"

# One line. What others wrote may be part of it.
say() {
  printf '%s' "$*" | tr '[:cntrl:]' ' '
  echo
}

# Ends with a status, what happened, and what to do about it.
stop() {
  say "error: $2"
  say "$3"
  exit "$1"
}

# What counts of a request in a file, a line for each value. --local asks no API server. First what must be as
# committed, none of which can hold a line break; what others may write comes behind.
facts() {
  kubectl patch --local -f "$1" --type=merge -p '{}' -o 'jsonpath={"request "}{.spec.request}{"\nsignerName "}{.spec.signerName}{"\nexpirationSeconds "}{.spec.expirationSeconds}{range .spec.usages[*]}{"\nusages "}{@}{end}{"\nname "}{.metadata.name}{"\nfor "}{.metadata.labels.releaf\.dev/certificate}{"\ncertificate "}{.status.certificate}{range .status.conditions[*]}{"\ncondition "}{.type}{": "}{.reason}{": "}{.message}{end}{"\nby "}{.spec.username}{"\n"}'
}

# The first value of a fact.
fact() { sed -n "/^$2 /{s///p;q;}" "$1"; }

# The facts that must be as committed.
asked() { sed '/^name /,$d' "$1" | sort -u; }

# Says why it goes on waiting, unless it said so before, and pauses.
waiting='the request was created'
wait_for() {
  [ "$*" = "$waiting" ] || say "$*"
  waiting=$*
  sleep "$PAUSE"
}

# After a call of the API server that failed: VERB RESOURCE NAME.
refused() {
  # Without what client-go logs.
  answer=$(sed '/^[EIW][0-9]\{4\} /d' error)
  case $answer in
    *'(Forbidden)'*)
      case $answer in *'approve requests with signerName'*) set -- approve signers.certificates.k8s.io "$signer" ;; esac
      stop 1 "may not $*: $answer" "apply the roles and bindings that stand beside this Job in Git; they allow this, and no more than it needs"
      ;;
    *' is invalid'* | *'(BadRequest)'*)
      stop 3 "cannot $*: $answer" "$another"
      ;;
  esac
  wait_for "cannot $* yet: $answer"
}

create() {
  if kubectl create --raw "$requests" -f request.json >created 2>error; then
    say "$name: created"
  elif ! grep -q '(AlreadyExists)' error; then
    refused create "$resource" "$name"
  fi
}

# Who can create requests could have put one here to get a key of their own signed under this name.
compare() {
  asked live >live.asked
  sort live.asked ours.asked | uniq -u >differences
  [ -s differences ] || return 0
  grep -vxF -f ours.asked live.asked | cut -c 1-200 | sed 's/^/live:      /'
  grep -vxF -f live.asked ours.asked | cut -c 1-200 | sed 's/^/committed: /'
  stop 3 "$name: the live request is not the committed one, in $(cut -d ' ' -f 1 differences | uniq | paste -s -d ' ' -); it was created by $(fact live by); nothing is approved" \
    "find out why it was created, then delete it (kubectl delete csr $name) and this Job, which is then made anew"
}

# Approves the object that was compared: its uid and resourceVersion go with it, so that the API server refuses
# if another one took its place meanwhile.
approve() {
  approval='{"type":"Approved","status":"True","reason":"ReleafApproved","message":"is the request committed to Git"}'
  if grep -q '^condition ' live; then
    patch="[{\"op\":\"add\",\"path\":\"/status/conditions/-\",\"value\":$approval}]"
  else
    patch="[{\"op\":\"add\",\"path\":\"/status/conditions\",\"value\":[$approval]}]"
  fi
  kubectl patch --local -f live.json --type=json -p "$patch" -o json >approved.json
  if kubectl replace --raw "$requests/$name/approval" -f approved.json >answer 2>error; then
    say "$name: approved"
  elif grep -q -e '(Conflict)' -e '(NotFound)' error; then
    wait_for "$name: changed between the look at it and the approval; looking again"
  else
    refused update "$resource/approval" "$name"
  fi
}

keep() {
  fact live certificate | base64 -d >certificate.pem
  data=$(kubectl create configmap "$CERTIFICATE_CONFIG_MAP" --from-file=certificate.pem --dry-run=client -o 'jsonpath={.data}')
  printf '{"data":%s}' "$data" >kept.json
  if kubectl patch configmap "$CERTIFICATE_CONFIG_MAP" --type=merge --patch-file=kept.json --field-manager=releaf >answer 2>error; then
    say "$name: issued; the certificate is in the ConfigMap $CERTIFICATE_CONFIG_MAP"
    exit 0
  fi
  refused patch configmaps "$CERTIFICATE_CONFIG_MAP"
}

# Looks once, and takes the next step. What can be kept nowhere is not asked for. What the ConfigMap holds is no
# reason to stop: others can write one, and a shell cannot tell whether it is a certificate for this request. So it is
# overwritten; a second certificate for this request, where the first one is collected by now, harms nothing.
look() {
  if ! kubectl get configmap "$CERTIFICATE_CONFIG_MAP" -o name >answer 2>error; then
    refused get configmaps "$CERTIFICATE_CONFIG_MAP"
    return
  fi
  if ! kubectl get --raw "$requests/$name" >live.json 2>error; then
    if grep -q '(NotFound)' error; then create; else refused get "$resource" "$name"; fi
    return
  fi
  facts live.json >live || exit 1
  compare
  denied=$(fact live 'condition Denied:')
  failed=$(fact live 'condition Failed:')
  if [ -n "$denied" ]; then
    stop 3 "$name: denied: $denied" "a denial is final; once its reason is gone, $another"
  elif [ -n "$failed" ]; then
    stop 3 "$name: $signer failed to sign it: $failed" "a failure is final; once the config is corrected, $another"
  elif [ -n "$(fact live certificate)" ]; then
    keep
  elif [ "$APPROVE" = manual ]; then
    say "$name: is the committed request; a person approves it: releaf approve $(fact ours for)"
    exit 0
  elif grep -q '^condition Approved:' live; then
    wait_for "$name: approved; waiting for $signer to sign it"
  else
    approve
  fi
}

command -v kubectl >/dev/null ||
  stop 3 "this image has no kubectl" "give delivery.image of the config one that has a POSIX shell and kubectl"

facts "$committed" >ours
asked ours >ours.asked
name=$(fact ours name)
signer=$(fact ours signerName)
another="make another request: releaf renew $(fact ours for) --force"
kubectl patch --local -f "$committed" --type=merge -p '{}' -o json >request.json

while [ "$ROUNDS" -gt 0 ]; do
  look
  ROUNDS=$((ROUNDS - 1))
done
stop 1 "gave up: $waiting" \
  "see that who is waited for is at work; the Job tries again, and is made anew when it is deleted"

#!/usr/bin/env bash
# What a team does by hand today, once for each certificate: the steps of MinIO's "Renewing KES
# certificate" with a P-256 key, without sealing, approval or applying anything.
#
# usage: shell-loop.sh DIRECTORY COUNT
set -eu
directory=$1 count=$2
cd "$directory"
for i in $(seq "$count"); do
  name=kes-$i
  cat >cert.cnf <<EOF
[req]
prompt = no
distinguished_name = dn
req_extensions = ext
[dn]
O = system:nodes
CN = system:node:*.$name-hl-svc.default.svc.cluster.local
[ext]
subjectAltName = DNS:$name-0.$name-hl-svc.default.svc.cluster.local, DNS:$name-hl-svc.default.svc.cluster.local
EOF
  openssl ecparam -name prime256v1 -genkey -noout -out private.key
  openssl req -new -config cert.cnf -key private.key -out kes.csr
  cat >csr.yaml <<EOF
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata:
  name: $name
spec:
  expirationSeconds: 604800
  request: $(base64 -w0 kes.csr)
  signerName: kubernetes.io/kubelet-serving
  usages:
  - digital signature
  - key encipherment
  - server auth
EOF
  kubectl create secret generic "$name-tls" --from-file=private.key --from-file=public.crt=kes.csr \
    --dry-run=client -o yaml >secret.yaml
done

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { Job } from 'kubernetes-models/batch/v1';
import { CertificateSigningRequest } from 'kubernetes-models/certificates.k8s.io/v1';
import {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
} from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { ConfigMap, Secret, ServiceAccount } from 'kubernetes-models/v1';
import { parse } from 'yaml';

const crd = parse(readFileSync(join(__dirname, '../crds/sealed-secret.yaml'), 'utf8')) as {
  readonly spec: {
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: object } }[];
  };
};
const isSealedSecret = addFormats(new Ajv({ strict: false })).compile(
  crd.spec.versions[0]!.schema.openAPIV3Schema,
);

type Model = new (object: never) => { validate(): void };
const MODELS: Readonly<Record<string, Model>> = {
  CertificateSigningRequest,
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  Job,
  Role,
  RoleBinding,
  Secret,
  ServiceAccount,
};

/** The object is one of the kinds that releaf writes, and fits the schema of its API. */
export function expectFitsSchema(object: { readonly kind: string }): void {
  const { kind } = object;
  if (kind === 'SealedSecret') {
    isSealedSecret(object);
    expect(isSealedSecret.errors).toBeNull();
    return;
  }
  const Model = MODELS[kind];
  expect([kind, Model !== undefined]).toEqual([kind, true]);
  new Model!(object as never).validate();
}

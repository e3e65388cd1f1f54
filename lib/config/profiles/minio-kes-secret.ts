import { got } from '../problem';
import type { ProfileProblems, Said } from './profile';
import {
  namingProblems,
  operatorNameProblems,
  tenantWarnings,
  type Reader,
} from './tenant-secrets';

const TENANT: Reader = {
  who: 'the Tenant',
  name: 'spec.kes.externalCertSecret.name',
  type: 'spec.kes.externalCertSecret.type',
};
const STATEFUL_SET: Reader = {
  who: 'the StatefulSet',
  name: 'spec.template.spec.volumes[0].secret.secretName',
};

/**
 * What does not fit together in the Secret of a KES server. What the operator mounts unasked is its own
 * Secret, with the keys that it gives to an Opaque one.
 *
 * @param tenant - undefined for a stand-alone KES
 * @param ownName - what the profile calls the Secret, and the operator its own
 */
export function secretProblems(
  tenant: string | undefined,
  ownName: string,
  said: Said,
): ProfileProblems {
  if (tenant === undefined) return namingProblems(STATEFUL_SET, said);
  const { name = ownName, type = 'Opaque', naming, keys = {} } = said.secret ?? {};
  const usual = { privateKey: 'private.key', certificate: 'public.crt' };
  const unnamed = name === ownName && naming !== 'perRevision' && !said.references?.length;
  return [
    ...namingProblems(TENANT, said),
    ...operatorNameProblems(tenant, name, said, ownName),
    ...(type === 'kubernetes.io/tls' && unnamed
      ? [
          {
            path: ['secret', 'type'],
            text: `${got([], type)}; ${ownName} is a Secret that the MinIO operator makes, with type Opaque: leave the type out, or choose another name and give references`,
          },
        ]
      : []),
    ...(type === 'Opaque'
      ? (['privateKey', 'certificate'] as const).flatMap((key) => {
          const came = keys[key];
          const path = ['secret', 'keys', key];
          return came === undefined || came === usual[key]
            ? []
            : [
                {
                  path,
                  text: `${got(path, came)}; with type Opaque the MinIO operator reads ${usual[key]}`,
                },
              ];
        })
      : []),
  ];
}

/** What to know about the Secret of a KES server; parameters as in {@link secretProblems}. */
export function secretWarnings(
  tenant: string | undefined,
  ownName: string,
  said: Said,
): readonly string[] {
  if (tenant === undefined) return [];
  const { name = ownName, type = 'Opaque', naming } = said.secret ?? {};
  if (name !== ownName || naming === 'perRevision' || said.references?.length) {
    return tenantWarnings('spec.kes.externalCertSecret', name, type, said);
  }
  return [
    said.sealing?.type === 'sealed-secrets'
      ? `secret.name: ${name} may be there already, made by the MinIO operator: annotate it with sealedsecrets.bitnami.com/managed: "true" first, or choose another name and give references`
      : `secret.name: ${name} may be there already, made and owned by the MinIO operator; with another name and references it is yours alone`,
  ];
}

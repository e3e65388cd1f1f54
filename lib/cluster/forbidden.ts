import { stringify } from 'yaml';
import { ReleafError } from '../model/errors';
import type { Right } from './kubernetes-api';

/** Each renewal makes another one, so a rule that names one is of no use for the next. */
const isOfOneRenewal = ({ resource, name = '' }: Right['on']): boolean =>
  resource === 'certificatesigningrequests' ||
  (resource === 'configmaps' && OF_ONE_REQUEST.test(name));

/** The ConfigMap in which a Job keeps the certificate of `kes-2-3f9ab2c1`. */
const OF_ONE_REQUEST = /-\d+-[0-9a-f]{8}-certificate$/;

/** The rule of a Role, or of a ClusterRole for what is cluster-scoped, that gives a right: YAML. */
export function ruleOf({ verb, on }: Right): string {
  const { name } = isOfOneRenewal(on) ? {} : on;
  const resource = on.subresource === undefined ? on.resource : `${on.resource}/${on.subresource}`;
  return stringify(
    [
      {
        apiGroups: [on.group],
        resources: [resource],
        ...(name !== undefined && { resourceNames: [name] }),
        verbs: [verb],
      },
    ],
    { lineWidth: 0 },
  ).trimEnd();
}

/** In words: `update certificatesigningrequests/approval kes-2-3f9ab2c1`. */
export function rightInWords({ verb, on }: Right): string {
  const { resource, subresource, group, namespace, name } = on;
  return [
    verb,
    `${resource}${group && `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`,
    name ?? '',
    namespace === undefined ? '' : `in ${namespace}`,
  ]
    .filter((word) => word !== '')
    .join(' ');
}

/** The refusal for a right that is missing, with the rule that gives it. */
export function forbidden(right: Right): ReleafError {
  const { namespace } = right.on;
  const role = namespace === undefined ? 'a ClusterRole' : `a Role in namespace ${namespace}`;
  return new ReleafError(
    'CLUSTER_FORBIDDEN',
    `you may not ${rightInWords(right)}`,
    `missing in ${role}:\n${ruleOf(right)}`,
  );
}

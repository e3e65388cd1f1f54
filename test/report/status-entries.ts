import type { ExplainedRevision, Explanation } from '../../lib/report/explanation';
import { statusRows, type FolderRow } from '../../lib/report/status';
import type { PageEntry } from '../../lib/report/status-html';
import type { Step } from '../../lib/rotation/plan';
import { daysAfter, NOW } from '../harness';

/** What a test says of a certificate; the rest is made up. */
export interface Sketch {
  readonly name: string;
  readonly action?: Step['action'];
  readonly folder?: string;
  /** Days until it expires; negative once it has. @default - none was ever issued */
  readonly left?: number;
  /** Days that it is valid for. @default 90 */
  readonly lifetime?: number;
  readonly signer?: string;
  readonly namespace?: string;
  readonly reason?: string;
  readonly issuer?: string;
  readonly dnsNames?: readonly string[];
  readonly warnings?: readonly string[];
}

const subject = {
  countries: [],
  organizations: ['example'],
  organizationalUnits: [],
  localities: [],
  provinces: [],
};

/** Hexadecimal digits that look like a digest, the same for the same text. */
function hex(text: string, length: number): string {
  let state = 0x811c9dc5;
  let digits = '';
  for (let index = 0; digits.length < length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index % text.length), 0x01000193) >>> 0;
    digits += state.toString(16).padStart(8, '0');
  }
  return digits.slice(0, length);
}

/** One certificate as `releaf status` gathers it. */
export function entry(sketch: Sketch): PageEntry {
  const { name, action = 'keep', folder = 'clusters/prod', left, lifetime = 90 } = sketch;
  const { signer = 'kubernetes.io/kubelet-serving', namespace = 'default', warnings = [] } = sketch;
  const serving =
    left === undefined
      ? undefined
      : {
          revision: 1,
          notBefore: daysAfter(left - lifetime),
          notAfter: daysAfter(left),
          renewAt: daysAfter(left - lifetime / 3),
        };
  const reason = sketch.reason ?? `made up for ${name}`;
  const step: Step = {
    action,
    name,
    signer,
    approver: 'person',
    revision: 1,
    reason,
    ...(serving && { serving }),
  };
  const [status] = statusRows([step], NOW);
  const row: FolderRow = {
    ...status!,
    folder,
    reason,
    signer,
    secret: `${namespace}/${name}-tls`,
  };
  const names = {
    subject: { ...subject, commonName: `${name}.${namespace}.svc` },
    dnsNames: sketch.dnsNames ?? [
      `${name}.${namespace}.svc`,
      `${name}.${namespace}.svc.cluster.local`,
    ],
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    usages: ['digital signature', 'key encipherment', 'server auth'] as const,
  };
  const revision = (number: number, state: ExplainedRevision['state']): ExplainedRevision => ({
    number,
    state,
    serves: state === 'issued',
    objectName: `${name}-${number}-${hex(name + String(number), 8)}`,
    requestedAt: daysAfter(state === 'pending' ? -2 : (left ?? 0) - lifetime).toISOString(),
    reason,
    publicKeySha256: hex(`key of ${name}`, 64),
    secret: row.secret,
    ...(state === 'issued' &&
      serving && {
        serialNumber: hex(`serial of ${name}`, 32),
        notBefore: serving.notBefore,
        notAfter: serving.notAfter,
      }),
  });
  const pending = action === 'await';
  const revisions = [
    ...(serving ? [revision(1, 'issued')] : []),
    ...(pending ? [revision(serving ? 2 : 1, 'pending')] : []),
  ];
  const newest = revisions.at(-1);
  const explanation: Explanation = {
    name,
    profile: 'generic',
    state: row.state,
    reason,
    next: row.next,
    problems: [],
    warnings,
    revisions,
    ...(newest && {
      request: {
        ...names,
        revision: newest.number,
        objectName: newest.objectName!,
        signer,
        expirationSeconds: lifetime * 86_400,
        key: 'ecdsa-p256',
        publicKeySha256: newest.publicKeySha256!,
        requestedAt: newest.requestedAt!,
        reason,
      },
    }),
    ...(serving && {
      certificate: {
        ...names,
        revision: 1,
        serialNumber: hex(`serial of ${name}`, 32),
        issuer: sketch.issuer ?? 'CN=CA of the signer',
        notBefore: serving.notBefore,
        notAfter: serving.notAfter,
        otherAltNames: [],
        publicKeySha256: hex(`key of ${name}`, 64),
        sha256: hex(`certificate of ${name}`, 64),
        chain: [],
        differences: [],
      },
      renewAt: serving.renewAt,
    }),
    signer: { name: signer, title: 'made up', rules: [], notes: [] },
    key: { algorithm: 'ecdsa-p256', keyPolicy: 'rotate' },
    secret: {
      name: `${name}-tls`,
      namespace,
      naming: 'stable',
      type: 'kubernetes.io/tls',
      keys: { privateKey: 'tls.key', certificate: 'tls.crt' },
      labels: {},
    },
    restart: {
      annotation: `restart.releaf.dev/${name}`,
      places: [
        {
          file: `apps/${name}.yaml`,
          annotations: 'spec.template.metadata.annotations',
          digestOf: 'certificate',
        },
      ],
      objects: [],
      references: [],
    },
    origins: [],
  };
  return { row, explanation };
}

/** One of each state. */
export const EACH_STATE: readonly Sketch[] = [
  {
    name: 'kes',
    action: 'renew',
    left: -1,
    lifetime: 7,
    reason: 'expired on 2027-02-28 12:00 UTC',
  },
  { name: 'api', action: 'renew', reason: 'there is no certificate yet' },
  {
    name: 'vault',
    action: 'blocked',
    left: 3,
    reason: 'due since …; but keyPolicy: reuse keeps the key',
  },
  { name: 'web', action: 'renew', left: 20, namespace: 'shop', folder: 'clusters/test' },
  { name: 'mail', action: 'hold', left: 40, signer: 'example.com/internal' },
  { name: 'registry', action: 'await', left: 12, folder: 'clusters/test' },
  { name: 'grafana', left: 80, namespace: 'monitoring' },
];

const SERVICES = ['api', 'web', 'mail', 'grafana', 'registry', 'queue', 'ledger', 'search'];
const NAMESPACES = ['default', 'shop', 'monitoring', 'payments'];
const SIGNERS = [
  'kubernetes.io/kubelet-serving',
  'example.com/internal',
  'issuers.cert-manager.io/pki.team-ca',
];

/** A fleet of so many, mostly healthy. */
export function fleet(
  count: number,
  folders = ['clusters/prod', 'clusters/test', 'clusters/edge'],
): readonly PageEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const service = SERVICES[index % SERVICES.length]!;
    const healthy: Sketch = {
      name: `${service}-${String(index).padStart(4, '0')}`,
      folder: folders[index % folders.length]!,
      namespace: NAMESPACES[(index >> 2) % NAMESPACES.length]!,
      signer: SIGNERS[(index >> 3) % SIGNERS.length]!,
      left: 31 + ((index * 37) % 58),
    };
    const troubled = index % 29 === 7 ? EACH_STATE[((index / 29) % 7) | 0] : undefined;
    return entry(
      troubled ? { ...healthy, ...troubled, name: healthy.name, folder: healthy.folder! } : healthy,
    );
  });
}

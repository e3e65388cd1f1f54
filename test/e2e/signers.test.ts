import { randomBytes } from 'node:crypto';
import type { KeyAlgorithm, KeyUsage, Names } from '../../lib/model/certificate-spec';
import { checkRequest, rulesOf, SIGNERS } from '../../lib/signers/check-request';
import type { Asked } from '../../lib/signers/signer-rules';
import { createRequest } from '../../lib/x509/certificate-request';
import { BREAKS, signerOf, type Written } from '../signer-table';
import { newKey, NO_SUBJECT } from '../x509/tools';
import { apply, issuedCertificate, kubectl } from './cluster';

/** The signers of kube-controller-manager. */
const REAL = SIGNERS.map(({ signer }) => signer).filter((signer) =>
  signer.startsWith('kubernetes.io/'),
);

/** What an entry of the config asks for, were it not refused. */
function askedBy({ signer, entry }: { readonly signer: string; readonly entry: Written }): Asked {
  const {
    subject,
    commonName,
    key = 'ecdsa-p256',
    usages = ['digital signature', 'server auth'],
    duration = '60m',
    ...names
  } = entry as Partial<Names> & {
    readonly commonName?: string;
    readonly key?: KeyAlgorithm;
    readonly usages?: readonly KeyUsage[];
    readonly duration?: `${number}m`;
    readonly signer?: string;
  };
  return {
    signer: names.signer ?? signer,
    names: {
      dnsNames: names.dnsNames ?? [],
      ipAddresses: names.ipAddresses ?? [],
      emailAddresses: names.emailAddresses ?? [],
      uris: names.uris ?? [],
      subject: { ...NO_SUBJECT, ...subject, ...(commonName !== undefined && { commonName }) },
    },
    key,
    usages,
    expirationSeconds: Number.parseInt(duration, 10) * 60,
  };
}

/** Creates the request, past every check of releaf: the object's name. */
async function ask({ signer, names, key, usages, expirationSeconds }: Asked): Promise<string> {
  const name = `e2e-${randomBytes(4).toString('hex')}`;
  const request = Buffer.from(createRequest(newKey(key), names)).toString('base64');
  await apply({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: { request, signerName: signer, usages, expirationSeconds },
  });
  return name;
}

/** Creates and approves the request: its certificate. Throws when the signer refuses. */
async function issue(asked: Asked): Promise<string> {
  const name = await ask(asked);
  await kubectl(['certificate', 'approve', name]);
  return issuedCertificate(name);
}

/** Each break as a request, with whoever insists on the rule. */
const ROWS = BREAKS.flatMap(([id, kind, instead]) => {
  const { signer, entry } = signerOf(kind);
  const asked = askedBy({ signer, entry: { ...entry, ...instead } });
  const rule = rulesOf(asked.signer).rules.find((each) => each.id === id);
  return rule ? [{ ...rule, asked, instead: JSON.stringify(instead) }] : [];
});
const real = ({ asked }: { readonly asked: Asked }): boolean => REAL.includes(asked.signer);

const SIGNER_ROWS = ROWS.filter((row) => row.origin === 'signer' && real(row));
const API_SERVER_ROWS = ROWS.filter(({ origin }) => origin === 'api-server');
// Nobody is asked about what a local CA signs.
const OWN_ROWS = ROWS.filter(
  ({ origin, asked }) => origin === 'releaf' && asked.signer !== 'local',
);

it('every rule of these signers has a row', () => {
  const tried = [...SIGNER_ROWS, ...API_SERVER_ROWS, ...OWN_ROWS].map(({ id }) => id);
  const rules = REAL.flatMap((signer) => rulesOf(signer).rules.map(({ id }) => id));
  expect(rules.filter((id) => !tried.includes(id))).toEqual([]);
});

it.each(REAL)('what our check accepts %s issues', async (signer) => {
  const asked = askedBy(signerOf(signer));
  expect(checkRequest(asked)).toEqual([]);
  expect(await issue(asked)).toContain('BEGIN CERTIFICATE');
});

/** That our check refuses a request for this rule. */
function expectRefused(asked: Asked, rule: string): void {
  expect(checkRequest(asked).map((violation) => violation.rule)).toContain(rule);
}

it.each(SIGNER_ROWS)(
  'what our check refuses the signer refuses, after approval: $id with $instead',
  async ({ id, asked }) => {
    expectRefused(asked, id);
    await expect(issue(asked)).rejects.toThrow(/^e2e-\S+: Failed: /);
  },
);

it.each(API_SERVER_ROWS)(
  'what our check refuses the API server refuses to create: $id with $instead',
  async ({ id, asked }) => {
    expectRefused(asked, id);
    await expect(ask(asked)).rejects.toThrow(/is invalid|is forbidden/);
  },
);

describe('our own policy goes further:', () => {
  it.each(OWN_ROWS.filter(real))(
    '$asked.signer would issue: $id with $instead',
    async ({ id, asked }) => {
      expectRefused(asked, id);
      expect(await issue(asked)).toContain('BEGIN CERTIFICATE');
    },
  );

  it.each(OWN_ROWS.filter((row) => !real(row)))(
    'the API server would take it: $id with $instead',
    async ({ id, asked }) => {
      expectRefused(asked, id);
      await ask(asked);
    },
  );
});

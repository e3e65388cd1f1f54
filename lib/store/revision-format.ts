import { Scalar, stringify } from 'yaml';
import { z } from 'zod';
import { KEY_ALGORITHMS, KEY_USAGES, SEALING_SCOPES } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { RequestRecord, SealedKey } from '../model/revision';
import { isAgeRecipient } from '../sealing/age-recipient';
import { readYamlValue } from '../yaml/read-yaml';
import { Remembered } from './remembered';

const text = z
  .string()
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+$/u, 'empty, or holds control characters');
const texts = z.array(text);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);
/** 256 bits of initialization vector, 128 of tag. */
const sopsEncrypted = z
  .string()
  .regex(
    /^ENC\[AES256_GCM,data:[A-Za-z0-9+/]+={0,2},iv:[A-Za-z0-9+/]{43}=,tag:[A-Za-z0-9+/]{22}==,type:str\]$/,
  );
const armoredAge = z
  .string()
  .regex(
    /^-----BEGIN AGE ENCRYPTED FILE-----\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{1,64}={0,2}\n-----END AGE ENCRYPTED FILE-----\n$/,
  );

const REQUEST = z.strictObject({
  objectName: text,
  reason: text,
  requestedAt: z.iso.datetime({ precision: 0 }),
  signer: text,
  expirationSeconds: z
    .int()
    .min(600)
    .max(2 ** 31 - 1),
  key: z.enum(KEY_ALGORITHMS),
  keyOf: z.int().min(1).exactOptional(),
  subject: z.strictObject({
    countries: texts.default([]),
    organizations: texts.default([]),
    organizationalUnits: texts.default([]),
    localities: texts.default([]),
    provinces: texts.default([]),
    commonName: text.exactOptional(),
  }),
  dnsNames: texts.default([]),
  ipAddresses: texts.default([]),
  emailAddresses: texts.default([]),
  uris: texts.default([]),
  usages: z.array(z.enum(KEY_USAGES)).min(1),
  publicKeySha256: sha256,
  sealedKeySha256: sha256,
});

const TARGET = { namespace: text, name: text, item: text };

const SEALED_KEY = z.discriminatedUnion('sealing', [
  z.strictObject({
    ...TARGET,
    sealing: z.literal('sealed-secrets'),
    scope: z.enum(SEALING_SCOPES),
    sealingCertificateSha256: sha256,
    value: base64,
  }),
  z.strictObject({
    ...TARGET,
    sealing: z.literal('sops'),
    age: z
      .array(z.strictObject({ recipient: z.string().refine(isAgeRecipient), enc: armoredAge }))
      .min(1),
    lastModified: z.iso.datetime({ precision: 0 }),
    mac: sopsEncrypted,
    version: z.string().regex(/^\d+\.\d+\.\d+$/),
    value: sopsEncrypted,
  }),
  z.strictObject({ ...TARGET, sealing: z.literal('plaintext'), value: base64 }),
]);

const records = new Remembered<RequestRecord>();
const sealedKeys = new Remembered<SealedKey>();

const HEADERS = {
  request: '# What was asked, and why. Written by releaf renew; do not edit.\n',
  sealed:
    '# The private key, sealed, and what it is bound to. Written by releaf renew; do not edit.\n',
  plaintext:
    '# THE PRIVATE KEY, IN CLEAR: whoever reads this file can pose as the service. Written by releaf renew; do not edit.\n',
} as const;

// YAML 1.1 quotes what any reader could take for a date, a number or a boolean, but for octals of YAML 1.2.
const write = (header: string, fields: object): string =>
  header +
  stringify(fields, quoteOctals, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });

function quoteOctals(_: unknown, value: unknown): unknown {
  if (typeof value !== 'string' || !/^[-+]?0o[0-7]+$/.test(value)) return value;
  const scalar = new Scalar(value);
  scalar.type = 'QUOTE_DOUBLE';
  return scalar;
}

const withoutEmptyLists = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  );

/** The text of `request.yaml`. */
export function writeRequestRecord(record: RequestRecord): string {
  const { objectName, reason, requestedAt, signer, expirationSeconds, key } = record;
  return write(
    HEADERS.request,
    withoutEmptyLists({
      objectName,
      reason,
      requestedAt,
      signer,
      expirationSeconds,
      key,
      ...(record.keyOf !== undefined && { keyOf: record.keyOf }),
      subject: withoutEmptyLists(record.subject),
      dnsNames: record.dnsNames,
      ipAddresses: record.ipAddresses,
      emailAddresses: record.emailAddresses,
      uris: record.uris,
      usages: record.usages,
      publicKeySha256: record.publicKeySha256,
      sealedKeySha256: record.sealedKeySha256,
    }),
  );
}

/** The text of `private-key.yaml`. */
export function writeSealedKey(sealedKey: SealedKey): string {
  const { sealing, namespace, name, item, value, ...rest } = sealedKey;
  const header = sealing === 'plaintext' ? HEADERS.plaintext : HEADERS.sealed;
  return write(header, { sealing, ...rest, namespace, name, item, value });
}

/**
 * Reads `request.yaml`.
 *
 * @throws ReleafError REVISION_INVALID
 */
export function readRequestRecord(yaml: string, file: string): RequestRecord {
  return read(REQUEST, records, yaml, file);
}

/**
 * Reads `private-key.yaml`.
 *
 * @throws ReleafError REVISION_INVALID
 */
export function readSealedKey(yaml: string, file: string): SealedKey {
  return read(SEALED_KEY, sealedKeys, yaml, file);
}

function read<Output>(
  schema: z.ZodType<Output>,
  known: Remembered<Output>,
  yaml: string,
  file: string,
): Output {
  const before = known.get(yaml);
  if (before !== undefined) return before;
  const refuse = (what: string): never => {
    throw new ReleafError(
      'REVISION_INVALID',
      `${file}: ${what}`,
      'releaf writes this file; restore it from Git, or take one side of its whole folder',
    );
  };
  const reading = readYamlValue(yaml);
  if ('problem' in reading) {
    const { message, at } = reading.problem;
    return refuse(at ? 'not YAML that releaf writes' : message);
  }
  const result = schema.safeParse(reading.value);
  if (result.success) {
    known.set(yaml, result.data);
    return result.data;
  }
  // The value itself stays out of the message: the file may hold a key in clear.
  const [issue] = result.error.issues;
  return refuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`);
}

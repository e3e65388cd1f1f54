import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyAlgorithm, Names, Subject } from '../../lib/model/certificate-spec';
import type { ErrorCode } from '../../lib/model/errors';
import { KEY_ALGORITHM_TRAITS, type KeyGeneration } from '../../lib/x509/key-algorithms';
import { PrivateKey } from '../../lib/x509/private-key';

/** Runs openssl in a folder of its own that holds `files`. */
export function openssl(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), 'releaf-x509-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** For `toThrow`: a refusal with that code, its message holding that text. */
export function refusal(code: ErrorCode, message: string): Error {
  return expect.objectContaining({ code, message: expect.stringContaining(message) }) as Error;
}

export function vector(name: string): string {
  return readFileSync(join(__dirname, '../vectors/x509', name), 'utf8');
}

export function newKey(algorithm: KeyAlgorithm = 'ecdsa-p256'): PrivateKey {
  const generate = generateKeyPairSync as unknown as (
    ...generation: KeyGeneration
  ) => KeyPairKeyObjectResult;
  const { privateKey } = generate(...KEY_ALGORITHM_TRAITS[algorithm].generation);
  return PrivateKey.of(privateKey, algorithm);
}

export const NO_SUBJECT: Subject = {
  countries: [],
  organizations: [],
  organizationalUnits: [],
  localities: [],
  provinces: [],
};

export const KES: Names = {
  subject: {
    ...NO_SUBJECT,
    organizations: ['system:nodes'],
    commonName: 'system:node:*.kes-tenant-kes-hl-svc.default.svc.cluster.local',
  },
  dnsNames: [
    'kes-tenant-kes-0.kes-tenant-kes-hl-svc.default.svc.cluster.local',
    'kes-tenant-kes-1.kes-tenant-kes-hl-svc.default.svc.cluster.local',
    'kes-tenant-kes-hl-svc.default.svc.cluster.local',
  ],
  ipAddresses: ['10.0.0.1', '2001:db8::1'],
  emailAddresses: [],
  uris: [],
};

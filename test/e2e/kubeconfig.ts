import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { Pair } from './pki';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What a kubeconfig tells. */
export interface Kubeconfig {
  /** URL of the API server. */
  readonly server: string;
  /** PEM of the CA of its certificate. */
  readonly ca: string;
  /** The client's certificate. */
  readonly user: Pair;
  readonly namespace?: string;
}

/** Writes a kubeconfig with one context, `e2e`. */
export function writeKubeconfig(file: string, { server, ca, user, namespace }: Kubeconfig): string {
  const credentials = {
    'client-certificate-data': base64(user.certificate),
    'client-key-data': base64(user.privateKey),
  };
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    clusters: [{ name: 'e2e', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'e2e', user: credentials }],
    contexts: [
      { name: 'e2e', context: { cluster: 'e2e', user: 'e2e', ...(namespace && { namespace }) } },
    ],
  });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

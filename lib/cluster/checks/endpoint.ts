import { ReleafError } from '../../model/errors';
import type { Finding } from '../../model/finding';
import { currentRevision, type Certificate } from '../../model/revision';
import { parseEndpoint, type servedCertificate } from '../served-certificate';
import { inWords, leafOf, recognize } from './recognize';
import type { Commands } from './verdict';

/** How to get the certificates that a server presents: `servedCertificate`. */
export type Look = typeof servedCertificate;

/**
 * What a server presents.
 *
 * @param endpoint - `host:port`
 * @throws ReleafError CLUSTER_UNREACHABLE when the endpoint is none
 */
export async function checkEndpoint(
  look: Look,
  endpoint: string,
  certificate: Certificate,
  now: Date,
  commands: Commands,
): Promise<readonly Finding[]> {
  const at = parseEndpoint(endpoint);
  const { name, dnsNames } = certificate.spec;
  // Also through a tunnel: the server shall choose among its certificates as for its readers.
  const serverName = dnsNames.includes(at.host)
    ? at.host
    : dnsNames.find((one) => !one.startsWith('*'));
  try {
    const chain = await look(at, serverName === undefined ? {} : { serverName });
    return [judgeEndpoint(endpoint, chain, certificate, now, commands)];
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    // Not the API server: the other checks go on.
    const { message, hint } = error;
    const about = { check: 'endpoint', certificate: name } as const;
    return [
      { ...about, level: 'failure', message, ...(hint !== '' && { next: hint.split('\n') }) },
    ];
  }
}

/**
 * The certificate that a server shows against the committed current one.
 *
 * @param endpoint - `host:port`
 * @param chain - PEM certificates, leaf first
 * @throws ReleafError PEM_INVALID or CERTIFICATE_INVALID
 */
export function judgeEndpoint(
  endpoint: string,
  chain: readonly string[],
  { spec, revisions }: Certificate,
  now: Date,
  commands: Commands,
): Finding {
  const { leaf, revision } = recognize(chain.join(''), endpoint, revisions);
  const current = currentRevision(revisions);
  const served = inWords(leaf, now);
  const about = { check: 'endpoint', certificate: spec.name };
  const reload = [
    'the server reads its files anew at a restart, or after a while (KES: every 15 minutes); see the lines on secret and restart',
  ];
  const expected = current && leafOf(current.certificate, 'certificate.pem');
  if (leaf.notAfter <= now) {
    const fresh =
      revision?.number !== current?.number && expected !== undefined && expected.notAfter > now;
    return {
      ...about,
      level: 'failure',
      message: `${endpoint} serves a certificate that has expired (${served})`,
      next: fresh ? reload : [commands.releaf(`renew ${spec.name} --now`)],
    };
  }
  if (!current || !expected) {
    return {
      ...about,
      level: 'warning',
      message: `${endpoint} serves a certificate (${served}), and there is no committed one to compare it with`,
      next: [commands.releaf(`renew ${spec.name}`)],
    };
  }
  if (revision?.number === current.number) {
    const message = `${endpoint} serves revision ${current.number} (${served})`;
    return { ...about, level: 'ok', message };
  }
  return revision
    ? {
        ...about,
        level: 'warning',
        message: `${endpoint} serves revision ${revision.number} (${served}), not yet revision ${current.number} (${inWords(expected, now)})`,
        next: reload,
      }
    : {
        ...about,
        level: 'failure',
        message: `${endpoint} serves another certificate (${served}) than revision ${current.number} (${inWords(expected, now)})`,
        next: [
          `see that ${endpoint} is the server that reads Secret ${current.sealedKey.namespace}/${current.sealedKey.name}`,
        ],
      };
}

import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { ReleafError } from '../model/errors';
import { tooSlow, unreachable } from './unreachable';

/** Where a server listens. */
export interface Endpoint {
  /** Name or IP address, an IPv6 one without brackets. */
  readonly host: string;
  readonly port: number;
}

/** For connecting and the handshake together, in milliseconds. */
const HANDSHAKE_WITHIN = 10_000;

/**
 * Reads `host:port`, `192.0.2.1:7373` or `[2001:db8::1]:7373`.
 *
 * @throws ReleafError CLUSTER_UNREACHABLE
 */
export function parseEndpoint(text: string): Endpoint {
  const [, six, name, digits] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]@]+)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = six ?? name;
  if (host !== undefined && port > 0 && port <= 65_535 && (six === undefined || isIP(six) === 6)) {
    return { host, port };
  }
  throw new ReleafError(
    'CLUSTER_UNREACHABLE',
    `${text} is not host:port`,
    'as in kes.example.com:7373 or [2001:db8::1]:7373',
  );
}

/**
 * The certificates that a TLS server presents, whoever signed them: they are looked at, not trusted,
 * and nothing is sent. A server that asks for a client certificate and breaks off without one, as KES
 * does, has shown its own by then.
 *
 * @param serverName - for SNI. @default the host, unless it is an IP address
 * @param timeout - in milliseconds
 * @returns PEM, leaf first, in the order of the chain
 * @throws ReleafError CLUSTER_UNREACHABLE
 */
export function servedCertificate(
  { host, port }: Endpoint,
  { serverName }: { readonly serverName?: string } = {},
  timeout = HANDSHAKE_WITHIN,
): Promise<readonly string[]> {
  const target = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const signal = AbortSignal.timeout(timeout);
  return new Promise((done, failed) => {
    const socket = connect({
      host,
      port,
      servername: serverName ?? (isIP(host) === 0 ? host : ''),
      rejectUnauthorized: false,
      // Else Node would complete the chain with roots that the server did not send.
      ca: [],
    });
    const stop = (): void => {
      socket.destroy();
      failed(tooSlow(target, timeout));
    };
    signal.addEventListener('abort', stop, { once: true });
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', stop);
      settle();
      socket.destroy();
    };
    const take = (error?: unknown): void => {
      const chain = chainOf(socket);
      end(() => {
        if (chain.length > 0) done(chain);
        else failed(unreachable(target, error));
      });
    };
    socket.on('secureConnect', take.bind(undefined, undefined));
    // Of TLS 1.2 and before: the alert comes while the handshake still runs.
    socket.on('error', take);
    socket.on('close', take.bind(undefined, { code: 'ECONNRESET' }));
  });
}

function chainOf(socket: TLSSocket): readonly string[] {
  const chain: string[] = [];
  const seen = new Set<string>();
  let next = socket.getPeerCertificate(true) as DetailedPeerCertificate | undefined;
  while (next?.raw && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    chain.push(new X509Certificate(next.raw).toString());
    next = next.issuerCertificate;
  }
  return chain;
}

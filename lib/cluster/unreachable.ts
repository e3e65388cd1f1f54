import { ReleafError } from '../model/errors';

/** Why a connection did not come about or broke off: in plain words, and what to look at next. */
interface Cause {
  readonly words: string;
  readonly next: string;
}

const NOT_TRUSTED: Cause = {
  words: 'its certificate comes from a CA that is not trusted here',
  next: 'compare certificate-authority of the kubeconfig with the CA of the cluster: it was replaced, or something else answers',
};
const NO_ROUTE: Cause = {
  words: 'there is no route to it',
  next: 'look at the network, or the VPN',
};
const UNKNOWN_NAME: Cause = {
  words: 'its name is not known',
  next: 'look at the spelling, the DNS, or the VPN',
};
const CLOSED: Cause = {
  words: 'it closed the connection',
  next: 'it may be starting, or another program may answer there: run it again, then look at its logs',
};
const NO_TLS: Cause = {
  words: 'what answers there does not speak TLS',
  next: 'is this the right port?',
};

/**
 * By the code of Node's error.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 * @see https://nodejs.org/api/errors.html#common-system-errors
 */
const CAUSES: Readonly<Record<string, Cause>> = {
  ECONNREFUSED: { words: 'nothing listens there', next: 'is it running, and is this its address?' },
  ENOTFOUND: UNKNOWN_NAME,
  EAI_AGAIN: UNKNOWN_NAME,
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  CERT_SIGNATURE_FAILURE: NOT_TRUSTED,
  CERT_UNTRUSTED: NOT_TRUSTED,
  INVALID_CA: NOT_TRUSTED,
  CERT_HAS_EXPIRED: {
    words: 'its certificate, or one of its chain, has expired',
    next: 'renew it (kubeadm certs check-expiration), or set the clock of this machine',
  },
  CERT_NOT_YET_VALID: {
    words: 'its certificate is not valid yet',
    next: 'look at the clocks of this machine and of the cluster',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    words: 'its certificate is for other names than this one',
    next: 'use one of its names, or set tls-server-name in the kubeconfig',
  },
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
};

const ALERT: Cause = {
  words: 'it broke off the TLS handshake',
  next: 'is the client certificate of the kubeconfig for this cluster, and still valid?',
};

interface NodeError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly errors?: readonly NodeError[];
}

/** The words of an error are never passed on: they may quote what was sent. */
function causeOf(error: NodeError): Cause {
  // A name with several addresses: one error for each that was tried.
  const { code } = error.errors?.[0] ?? error;
  // The code of an alert is its own, or EPROTO, depending on when it comes.
  if (/_ALERT_|:SSL alert number \d/.test(`${String(code)} ${String(error.message)}`)) return ALERT;
  const known = typeof code === 'string' ? CAUSES[code] : undefined;
  if (known) return known;
  // hpagent has no code for what a proxy answers.
  const proxy = /^Bad response: (\d{3})$/.exec(String(error.message));
  if (proxy?.[1]) {
    return {
      words: `the proxy answers ${proxy[1]}`,
      next: 'look at proxy-url of the kubeconfig',
    };
  }
  return {
    words: `the connection failed${typeof code === 'string' ? ` (${code})` : ''}`,
    next: 'look at its address in the kubeconfig, and at the network',
  };
}

/** The refusal for a connection that did not come about or broke off, from what Node throws. */
export function unreachable(target: string, error: unknown): ReleafError {
  const { words, next } = causeOf(error ?? {});
  return new ReleafError('CLUSTER_UNREACHABLE', `${target}: ${words}`, next);
}

/** The refusal for a server that does not answer in time. */
export function tooSlow(target: string, milliseconds: number): ReleafError {
  return new ReleafError(
    'CLUSTER_UNREACHABLE',
    `${target}: no answer within ${milliseconds / 1000} s`,
    'look at its address, the network, a firewall or the VPN',
  );
}

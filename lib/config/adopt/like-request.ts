import { X509Certificate } from 'node:crypto';
import type { KeyAlgorithm, KeyUsage, Names } from '../../model/certificate-spec';
import type { X509 } from '../../x509/certificate';
import { readContents } from '../../x509/certificate-contents';
import { keyAlgorithmOf } from '../../x509/key-algorithms';
import { rsaKeyBits } from '../../x509/rsa-key-size';
import * as shapes from '../certificate-names';
import { DURATION, formatDuration } from '../duration';
import { quotable } from '../problem';
import type { TextShape } from '../text-shape';

/** What to ask for so that a certificate like this one is issued, as far as a config can say it. */
export interface LikeRequest {
  readonly names: Names;
  /** Absent when the certificate has none. */
  readonly usages?: readonly KeyUsage[];
  /** Absent when releaf makes no such key. */
  readonly key?: KeyAlgorithm;
  /** Issued lifetime as a person would write it; absent when a config cannot say it. */
  readonly duration?: string;
  /** Whether the common name is left to a profile: it is longer than allowed. */
  readonly hasLongCommonName: boolean;
  /** What could not be kept as it was. */
  readonly warnings: readonly string[];
}

/**
 * Reads from a certificate what to ask for. What a config cannot say, or no signer would give, is left
 * out with a warning.
 *
 * @throws ReleafError CERTIFICATE_INVALID
 */
export function requestLike(leaf: X509): LikeRequest {
  const contents = readContents(leaf.der);
  const x509 = new X509Certificate(leaf.der);
  const { key, note } = keyOf(x509.publicKey.export({ type: 'spki', format: 'der' }));
  const duration = durationOf(leaf);
  const usages = contents.usages.filter(
    (usage) => !FOR_CAS.includes(usage) && !(key === 'ed25519' && /cipher|agreement/.test(usage)),
  );
  const warnings: string[] = [];
  const names = fittingNames(contents.names, usages, (text) => warnings.push(text));
  const dropped = contents.usages.filter((usage) => !usages.includes(usage));
  const leftOut = [
    ...contents.otherAltNames,
    ...contents.unnamedPurposes.map((oid) => `extended key usage ${oid}`),
    ...subjectOf(x509)
      .split('\n')
      .map((line) => line.split('=')[0] ?? '')
      .filter((type) => !KNOWN_ATTRIBUTES.includes(type))
      .map((type) => `${quotable(type)} of the subject`),
    ...dropped.map((usage) => `usage ${usage}`),
  ];
  return {
    names,
    ...(usages.length > 0 && { usages }),
    ...(key && { key }),
    ...(duration !== undefined && { duration }),
    hasLongCommonName:
      (contents.names.subject.commonName ?? '') !== (names.subject.commonName ?? ''),
    warnings: [
      ...warnings,
      ...(leftOut.length > 0
        ? [`left out, since a request cannot ask for it: ${leftOut.join(', ')}`]
        : []),
      ...(note === undefined ? [] : [note]),
      ...(leaf.isSelfSigned
        ? [
            'the certificate is self-signed: whoever trusts it has to trust the CA of the signer first',
          ]
        : []),
    ],
  };
}

/** Against its type undefined where there is none. */
const subjectOf = ({ subject = '' }: { readonly subject?: string }): string => subject;

const FOR_CAS: readonly KeyUsage[] = ['cert sign', 'crl sign'];
/** As OpenSSL calls what a config can say. */
const KNOWN_ATTRIBUTES: readonly string[] = ['', 'C', 'ST', 'L', 'O', 'OU', 'CN'];

type Warn = (text: string) => void;

function fittingNames(names: Names, usages: readonly KeyUsage[], warn: Warn): Names {
  const fitting = (what: string, { broken, allowed }: TextShape, values: readonly string[]) =>
    [...new Set(values)].filter((value) => {
      const fits = broken(value) === undefined;
      if (!fits) warn(`${what}: ${quotable(value)} is left out; ${allowed}`);
      return fits;
    });
  const { commonName, ...subject } = names.subject;
  const [name] = fitting('commonName', shapes.COMMON_NAME, commonName ? [commonName] : []);
  const found = {
    subject: {
      countries: fitting('subject', shapes.COUNTRY, subject.countries),
      organizations: fitting('subject', shapes.ORGANIZATION, subject.organizations),
      organizationalUnits: fitting(
        'subject',
        shapes.ORGANIZATIONAL_UNIT,
        subject.organizationalUnits,
      ),
      localities: fitting('subject', shapes.LOCALITY, subject.localities),
      provinces: fitting('subject', shapes.PROVINCE, subject.provinces),
      ...(name !== undefined && { commonName: name }),
    },
    dnsNames: fitting('dnsNames', shapes.DNS_NAME, names.dnsNames),
    ipAddresses: fitting('ipAddresses', shapes.IP_ADDRESS, names.ipAddresses),
    emailAddresses: fitting('emailAddresses', shapes.EMAIL_ADDRESS, names.emailAddresses),
    uris: fitting('uris', shapes.URI, names.uris),
  };
  const serves = usages.length === 0 || usages.includes('server auth');
  const isNameless = found.dnsNames.length + found.ipAddresses.length === 0;
  if (!serves || !isNameless || name === undefined || shapes.DNS_NAME.broken(name)) return found;
  warn(`dnsNames: the certificate has none, so ${name} is taken from its common name`);
  return { ...found, dnsNames: [name] };
}

function keyOf(spki: Buffer): { readonly key?: KeyAlgorithm; readonly note?: string } {
  const key = keyAlgorithmOf(spki);
  if (key) return { key };
  const bits = rsaKeyBits(spki);
  if (bits === undefined) {
    return { note: 'key: releaf makes no key of that kind, so the default is written' };
  }
  const near = bits <= 2048 ? 'rsa-2048' : bits <= 3072 ? 'rsa-3072' : 'rsa-4096';
  return { key: near, note: `key: the certificate has RSA of ${bits} bits, ${near} is written` };
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Whole days, hours or minutes. Signers back-date by minutes or an hour, and some end a second early
 * since RFC 5280, 4.1.2.5 counts the last one in.
 */
function durationOf({ notBefore, notAfter }: X509): string | undefined {
  const seconds = (notAfter.getTime() - notBefore.getTime()) / 1000 + 1;
  const unit = seconds >= 2 * DAY ? DAY : seconds >= 2 * HOUR ? HOUR : MINUTE;
  const whole = Math.max(Math.floor(seconds / unit) * unit, 10 * MINUTE);
  const text = formatDuration(whole);
  return DURATION.broken(text) === undefined ? text : undefined;
}

import { ReleafError } from '../../model/errors';
import { readCertificates, type X509 } from '../../x509/certificate';
import { mappingAt, textAt, unfit, type Mapping } from './secret-object';
import { quotable } from '../problem';

/** Names of the items in a Secret that pairs usually have, by the name of the certificate. */
const USUAL: ReadonlyMap<string, string> = new Map([
  ['tls.crt', 'tls.key'],
  ['public.crt', 'private.key'],
]);

/** An item of a Secret as it came; its value is looked into only if it may be a certificate. */
interface Item {
  readonly name: string;
  readonly value: string;
  /** Of `data`; an item of `stringData` is plain. */
  readonly isBase64: boolean;
}

/** Which items hold the pair, and what the certificate's item holds. */
export interface PairItems {
  readonly certificate: string;
  /** Absent when no item looks like a private key. */
  readonly privateKey?: string;
  /** Leaf first, if it was; at least one. */
  readonly certificates: readonly X509[];
  /** Certificates that other items hold, such as `ca.crt`. */
  readonly authorities: readonly X509[];
  /** Names of the items that are neither. */
  readonly others: readonly string[];
  /** Whether a private key lies there in clear. */
  readonly hasPrivateKey: boolean;
}

/**
 * Finds certificate and private key of a Secret. The private key's item is told by its name, or by a
 * PEM label, which is looked for in base64; it is never decoded.
 *
 * @param what - names the Secret in messages
 * @throws ReleafError SECRET_UNFIT
 */
export function pairItems(secret: Mapping, what: string): PairItems {
  const items = itemsOf(secret, what);
  if (items.length === 0)
    throw unfit(what, 'has no data', 'give a Secret with a certificate in it');
  const certificate = certificateItem(items, secret, what);
  const privateKey = privateKeyName(items, certificate.name, what);
  const rest = items.filter(({ name }) => name !== certificate.name && name !== privateKey);
  return {
    certificate: certificate.name,
    ...(privateKey !== undefined && { privateKey }),
    certificates: certificate.certificates,
    authorities: rest.flatMap((item) => certificatesIn(item) ?? []),
    others: rest.map(({ name }) => name),
    hasPrivateKey: items.some(holdsPrivateKey),
  };
}

function itemsOf(secret: Mapping, what: string): readonly Item[] {
  const plain = mappingAt(secret, 'stringData');
  const encoded = Object.entries(mappingAt(secret, 'data')).filter(
    ([name]) => !Object.hasOwn(plain, name),
  );
  const item =
    (isBase64: boolean) =>
    ([name, value]: [string, unknown]): Item => {
      // As Kubernetes reads it: line breaks do not count.
      if (typeof value === 'string') {
        return { name, value: isBase64 ? value.replace(/[\r\n]/g, '').trim() : value, isBase64 };
      }
      if (value === null) return { name, value: '', isBase64 };
      throw unfit(what, `its item ${quotable(name)} is not text`);
    };
  return [...encoded.map(item(true)), ...Object.entries(plain).map(item(false))];
}

interface Found {
  readonly name: string;
  readonly certificates: readonly X509[];
}

function certificateItem(items: readonly Item[], secret: Mapping, what: string): Found {
  const usual = items.filter(({ name }) => USUAL.has(name));
  const preferred = textAt(secret, 'type') === 'kubernetes.io/tls' ? 'tls.crt' : 'public.crt';
  const chosen = usual.find(({ name }) => name === preferred) ?? usual[0];
  if (chosen) return { name: chosen.name, certificates: readItem(chosen, what) };
  const found = items.flatMap((item): Found[] => {
    const certificates = certificatesIn(item);
    return certificates?.some(({ isCa }) => !isCa) ? [{ name: item.name, certificates }] : [];
  });
  const [only, another] = found;
  if (only && !another) return only;
  const names = (all: readonly { readonly name: string }[]) =>
    all.map(({ name }) => quotable(name)).join(', ');
  if (only) {
    throw unfit(what, `several items hold a certificate: ${names(found)}`, ONE_PAIR);
  }
  if (items.some(isEncrypted)) throw encrypted(what);
  throw unfit(what, `no item holds the certificate of a server or client: ${names(items)}`);
}

const ONE_PAIR = 'releaf keeps one pair in a Secret: give each a Secret of its own';

/** The certificates of an item, or why it has none. */
function readItem(item: Item, what: string): readonly X509[] {
  const place = `${what}: ${item.name}`;
  if (isEncrypted(item)) throw encrypted(what);
  if (item.value.trim() === '') {
    throw unfit(place, 'is empty', 'there is nothing to adopt: the certificate was never issued');
  }
  if (holdsPrivateKey(item)) {
    throw unfit(
      place,
      'holds a private key',
      'only certificates belong there: correct the Secret, and if anybody else may read that item, renew',
    );
  }
  const text = textOf(item);
  if (text === undefined) throw unfit(place, 'is not valid base64', 'copy the Secret again, whole');
  try {
    return readCertificates(text, item.name);
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    throw unfit(what, error.message, error.hint);
  }
}

/** The certificates of an item, if that is all it holds. Anything else is not even decoded. */
function certificatesIn(item: Item): readonly X509[] | undefined {
  if (!holdsCertificate(item) || holdsPrivateKey(item)) return undefined;
  try {
    return readCertificates(textOf(item) ?? '', item.name);
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    return undefined;
  }
}

function privateKeyName(
  items: readonly Item[],
  certificate: string,
  what: string,
): string | undefined {
  const usual = USUAL.get(certificate);
  if (usual !== undefined) return usual;
  const [only, another] = items.filter(holdsPrivateKey);
  if (only && another) {
    const names = [only, another].map(({ name }) => quotable(name)).join(', ');
    throw unfit(what, `several items hold a private key: ${names}`, ONE_PAIR);
  }
  return only?.name;
}

/** Whether an item holds a label; what is in base64 is compared in base64. */
function holds(label: string): (item: Item) => boolean {
  const encoded = [0, 1, 2].map((offset) => encodedAt(label, offset));
  return ({ value, isBase64 }) =>
    isBase64 ? encoded.some((form) => value.includes(form)) : value.includes(label);
}

/** Base64 of a text behind so many bytes, without the characters that depend on its neighbours. */
function encodedAt(text: string, offset: number): string {
  const all = Buffer.from(' '.repeat(offset) + text).toString('base64');
  return all.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + text.length) * 8) / 6));
}

const holdsCertificate = holds('BEGIN CERTIFICATE-----');
const holdsPrivateKey = holds('PRIVATE KEY-----');

const isEncrypted = ({ value }: Item): boolean => value.startsWith('ENC[');

const encrypted = (what: string): ReleafError =>
  unfit(
    what,
    'its certificate is encrypted by SOPS',
    'the certificate alone is needed: take it from the cluster with NAMESPACE/NAME',
  );

function textOf({ value, isBase64 }: Item): string | undefined {
  if (!isBase64) return value;
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64') === value ? bytes.toString() : undefined;
}

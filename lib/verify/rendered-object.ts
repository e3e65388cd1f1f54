import { manifestDifferences } from '../delivery/manifest-differences';
import { placeInWords } from '../delivery/manifest-identity';
import { whyReserved } from '../delivery/manifest-reserved';
import { valueAt } from '../delivery/value-at';
import { formatPath, type Segment } from '../delivery/yaml-path';
import type { ErrorCode } from '../model/errors';
import { visible } from '../model/visible';
import { alsoEncrypted } from '../sealing/sops-metadata';
import type { Manifest } from '../yaml/read-manifests';

/** What is wrong with one rendered object. */
export interface RenderedFault {
  readonly code: ErrorCode;
  /** Behind the object's name: `is prod/web-tls here, …`. */
  readonly text: string;
  readonly hint: string;
}

/**
 * What an overlay broke of an object.
 *
 * @param found - nobody vouches for its shape
 * @param wanted - as synth gives it
 */
export function* objectFaults(found: Manifest, wanted: Manifest): Generator<RenderedFault> {
  const moved = whyNotThere(found, wanted);
  if (moved !== undefined) {
    const hint = wanted.kind === 'SealedSecret' ? `${KEEP}; ${OR_NAME}` : KEEP;
    yield { code: 'RENDERED_MOVED', text: `is ${shownPlace(found)} here; ${moved}`, hint };
  }
  const paths = manifestDifferences(found, wanted).filter((path) => !followsName(found, path));
  const metadata = paths.filter(isOfMetadata);
  if (metadata.length > 0) {
    const each = metadata.map((path) => shownDifference(found, wanted, path));
    yield { code: 'RENDERED_METADATA', text: each.join('; '), hint: LEAVE };
  }
  const changed = new Set(
    paths.filter((path) => !isOfMetadata(path)).map((path) => meaningOf(wanted, path)),
  );
  for (const what of changed) {
    yield { code: 'RENDERED_CHANGED', text: `${what} is not what synth gives`, hint: LEAVE };
  }
  const encrypted = encryptedToo(found, wanted);
  if (encrypted) {
    const text = `SOPS would take ${formatPath(encrypted)} for encrypted, as its block sops says`;
    yield { code: 'RENDERED_CHANGED', text: visible(text), hint: LEAVE };
  }
}

const KEEP =
  'keep namePrefix, nameSuffix and namespace of the overlay away from it: list dist/ where they do not apply';

const OR_NAME = 'or give the config the final name and namespace of the Secret, and renew';

const LEAVE =
  'let the overlay add labels and annotations only, none that Argo CD, Flux, Sealed Secrets or RBAC act on; if dist/ is behind, run releaf verify first';

const shownPlace = ({ metadata }: Manifest): string =>
  visible(placeInWords(metadata)) || 'without a name';

/** Why an object does not do its work where it is; undefined when it does. */
function whyNotThere(found: Manifest, wanted: Manifest): string | undefined {
  const isRenamed = found.metadata?.name !== wanted.metadata?.name;
  const isElsewhere = found.metadata?.namespace !== wanted.metadata?.namespace;
  if (!isRenamed && !isElsewhere) return undefined;
  switch (wanted.kind) {
    // SOPS binds a value to its path, not to a name.
    case 'Secret':
      return undefined;
    case 'SealedSecret':
      return whySealed(wanted, isElsewhere);
    case 'CertificateSigningRequest':
      return isRenamed
        ? 'its name says which request it is, and releaf approve and fetch look for it under that'
        : 'it belongs to no namespace';
    default:
      return 'what else belongs to it looks for it under its own name';
  }
}

function whySealed(wanted: Manifest, isElsewhere: boolean): string | undefined {
  const place = shownPlace(wanted);
  const says = (scope: string): boolean =>
    valueAt(wanted, ['metadata', 'annotations', `sealedsecrets.bitnami.com/${scope}`]) === 'true';
  if (says('cluster-wide')) return undefined;
  if (!says('namespace-wide')) return `its key is sealed with scope strict and opens as ${place}`;
  const [namespace] = place.split('/');
  return isElsewhere
    ? `its key is sealed with scope namespace-wide and opens in namespace ${namespace ?? ''}`
    : undefined;
}

/** The template of a SealedSecret may be renamed with it. */
const followsName = (found: Manifest, path: readonly Segment[]): boolean => {
  const [name] = path.slice(-1);
  const isOfTemplate = formatPath(path.slice(0, -1)) === 'spec.template.metadata';
  return (
    found.kind === 'SealedSecret' &&
    isOfTemplate &&
    (name === 'name' || name === 'namespace') &&
    valueAt(found, path) === found.metadata?.[name]
  );
};

const isOfMetadata = (path: readonly Segment[]): boolean =>
  path.some(
    (key, index) => (key === 'labels' || key === 'annotations') && path[index - 1] === 'metadata',
  );

function shownDifference(found: Manifest, wanted: Manifest, path: readonly Segment[]): string {
  const shown = visible(formatPath(path));
  const [is, should] = [valueAt(found, path), valueAt(wanted, path)].map(shownValue);
  if (is === undefined) return `${shown} is missing`;
  if (should !== undefined) return `${shown} is ${is}, not ${should}`;
  const why = whyReserved(`${path.at(-1) ?? ''}`);
  return [`${shown} is ${is}`, ...(why === undefined ? [] : [visible(why)])].join(', ');
}

const LONGEST = 100;

function shownValue(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return visible(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** What stands at a path, as a person calls it. */
function meaningOf(wanted: Manifest, path: readonly Segment[]): string {
  const shown = formatPath(path);
  const named = MEANINGS.find(([kind, begin]) => kind === wanted.kind && shown.startsWith(begin));
  const isKey = path[0] === 'data' && isEncrypted(valueAt(wanted, path));
  const meaning = isKey ? 'the sealed private key' : named?.[2];
  return meaning === undefined ? visible(shown) : `${meaning} (${visible(shown)})`;
}

/** As SOPS writes it. */
const isEncrypted = (value: unknown): boolean =>
  typeof value === 'string' && value.startsWith('ENC[');

const MEANINGS = [
  ['SealedSecret', 'spec.encryptedData', 'the sealed private key'],
  ['SealedSecret', 'spec.template.data', 'the certificate'],
  ['Secret', 'sops', 'what SOPS needs to open it'],
  ['CertificateSigningRequest', 'spec', 'the request'],
] as const;

/** What SOPS would try to decrypt besides the private key. */
function encryptedToo(found: Manifest, wanted: Manifest): readonly string[] | undefined {
  if (wanted.kind !== 'Secret' || valueAt(wanted, ['sops']) === undefined) return undefined;
  const [item] = Object.entries(valueAt(wanted, ['data']) ?? {}).find(([, value]) =>
    isEncrypted(value),
  ) ?? [''];
  return alsoEncrypted({ ...found, sops: undefined }, item);
}

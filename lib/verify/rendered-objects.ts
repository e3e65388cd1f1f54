import { manifestDifferences } from '../delivery/manifest-differences';
import { identityOf } from '../delivery/manifest-identity';
import { groupOf } from '../model/api-version';
import { valueAt } from '../delivery/value-at';
import type { CertificateSpec } from '../model/certificate-spec';
import type { Manifest } from '../yaml/read-manifests';

/** An object that synth gives, and the certificate that it is for. */
export interface WantedObject {
  readonly spec: CertificateSpec;
  readonly object: Manifest;
}

/** Rendered objects, of which each is found once at most, also under another name. */
export class RenderedObjects {
  readonly #byIdentity = new Map<string, Manifest[]>();
  readonly #byContent = new Map<string, Manifest[]>();
  readonly #byCertificate = new Map<string, Manifest[]>();
  readonly #found = new Set<Manifest>();

  constructor(manifests: readonly Manifest[]) {
    for (const object of manifests) {
      add(this.#byIdentity, identityOf(object), object);
      for (const content of contentsOf(object)) add(this.#byContent, content, object);
      const certificate = valueAt(object, ['metadata', 'labels', CERTIFICATE_LABEL]);
      if (typeof certificate === 'string') add(this.#byCertificate, certificate, object);
    }
  }

  /** The object under its own name. */
  find(wanted: WantedObject): Manifest | undefined {
    const under = this.#under(wanted.object);
    // The team's own object may be beside a fragment of it.
    const right = under.filter((one) => manifestDifferences(one, wanted.object).length === 0);
    return this.#take([...right, ...under]);
  }

  /** The object under another name: by what only it holds, else by our label. */
  findElsewhere({ spec, object }: WantedObject): Manifest | undefined {
    const content = contentOf(object, spec);
    const same = this.#byContent.get(content ?? '') ?? [];
    const name = nameOf(object);
    const labelled = (this.#byCertificate.get(spec.name) ?? [])
      .filter((one) => isAlike(one, object) && !this.#found.has(one))
      .sort((a, b) => nameOf(a).length - nameOf(b).length);
    const named = labelled.filter((one) => nameOf(one).includes(name));
    const only = labelled.length === 1 ? labelled : [];
    return this.#take([...same.filter((one) => isAlike(one, object)), ...named, ...only]);
  }

  /** What else is there of an object that was found: under the same name, or with the same content. */
  others(found: Manifest, { spec, object }: WantedObject): readonly Manifest[] {
    const content = contentOf(object, spec);
    const others = [
      ...(this.#byIdentity.get(identityOf(found)) ?? []),
      ...(content === undefined || isForAnywhere(spec) ? [] : (this.#byContent.get(content) ?? [])),
    ];
    return [...new Set(others)].filter((one) => !this.#found.has(one));
  }

  #under(object: Manifest): readonly Manifest[] {
    return (this.#byIdentity.get(identityOf(object)) ?? []).filter((one) => isAlike(one, object));
  }

  #take(candidates: readonly Manifest[]): Manifest | undefined {
    const taken = candidates.find((one) => !this.#found.has(one));
    if (taken) this.#found.add(taken);
    return taken;
  }
}

const CERTIFICATE_LABEL = 'releaf.dev/certificate';

function add(map: Map<string, Manifest[]>, key: string, object: Manifest): void {
  const others = map.get(key);
  if (others) others.push(object);
  else map.set(key, [object]);
}

const isAlike = (one: Manifest, other: Manifest): boolean =>
  one.kind === other.kind && groupOf(one) === groupOf(other);

const nameOf = ({ metadata }: Manifest): string =>
  typeof metadata?.name === 'string' ? metadata.name : '';

/** A key that may be opened under any name may well be there under several. */
const isForAnywhere = ({ sealing }: CertificateSpec): boolean =>
  sealing.type === 'sealed-secrets' && sealing.scope === 'cluster-wide';

/** Where an object holds what no other has: a private key, sealed or not, or a request. */
const CONTENT_PATHS: Readonly<Record<string, readonly string[]>> = {
  SealedSecret: ['spec', 'encryptedData'],
  Secret: ['data'],
};

function contentsOf(object: Manifest): readonly string[] {
  if (object.kind === 'CertificateSigningRequest') return texts([valueAt(object, REQUEST)]);
  const path = CONTENT_PATHS[object.kind];
  return path ? texts(Object.values(valueAt(object, path) ?? {})) : [];
}

const REQUEST = ['spec', 'request'];

const texts = (values: readonly unknown[]): readonly string[] =>
  values.filter((value): value is string => typeof value === 'string' && value !== '');

/** Of an object that synth gives: the request, or the value of the private key. */
function contentOf(object: Manifest, { secret }: CertificateSpec): string | undefined {
  if (object.kind !== 'Secret') return contentsOf(object)[0];
  const values = contentsOf(object);
  const sealed = values.find((value) => value.startsWith('ENC['));
  return sealed ?? texts([valueAt(object, ['data', secret.keys.privateKey])])[0];
}

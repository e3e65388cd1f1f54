import { ApiObject, App, Chart, Yaml } from 'cdk8s';
import type { CertificateSpec } from '../model/certificate-spec';
import type { Certificate } from '../model/revision';
import { servedRevisions } from '../rotation/secret-name';
import { manifestFile, MARKER, sopsFile } from './manifest-file';
import { RotatingCertificate } from './rotating-certificate';

/** A file of `dist/`. */
export interface RenderedFile {
  /** As {@link manifestFile} or {@link sopsFile} gives it. */
  readonly file: string;
  readonly text: string;
}

/**
 * The manifests of one certificate: the Secrets first, then the signing request. A Secret that SOPS
 * encrypts stands alone in a file of its own.
 *
 * Each certificate gets an App and a Chart of its own, and its objects are asked one by one.
 * `App.synth()` and `Chart.toJson()` resolve dependencies and validate the whole App once for each
 * Chart: time that grows with the square of the Charts, and for one Chart is still a tenth of all.
 * Nothing here depends on anything or has a validation.
 *
 * The bytes depend on the argument only: keys are ordered here, since `CDK8S_DISABLE_SORT` changes
 * cdk8s' order, and every object has a name, since `CDK8S_LEGACY_HASH` changes made-up ones.
 *
 * @returns none when there is nothing to write: no revision is issued, none waits for a signer
 * in the cluster
 * @throws ReleafError `CERTIFICATE_KEY_MISMATCH`, `SEALED_KEY_CHANGED` or `SECRET_RENAMED` as
 * {@link RotatingCertificate}
 */
export function renderCertificate(
  certificate: Certificate<CertificateSpec>,
): readonly RenderedFile[] {
  const { spec, revisions } = certificate;
  // The name is no id: constructs keeps children in a plain object, which has a `constructor`.
  const chart = new Chart(new App(), 'Certificate');
  new RotatingCertificate(chart, 'Certificate', certificate);
  const objects = chart.node
    .findAll()
    .filter((construct) => ApiObject.isApiObject(construct))
    .map((object) => object.toJson() as Manifest);
  const ofRevision = new Map(
    servedRevisions(spec, revisions).map(({ number, sealedKey }) => [sealedKey.name, number]),
  );
  const shared = objects.filter(({ sops }) => !sops);
  const alone = objects.filter(({ sops }) => sops);
  return [
    ...alone.map((secret) =>
      fileOf(sopsFile(spec, ofRevision.get(secret.metadata.name) ?? 0), [secret]),
    ),
    ...(shared.length > 0 ? [fileOf(manifestFile(spec.name), shared)] : []),
  ];
}

const fileOf = (file: string, objects: readonly Manifest[]): RenderedFile => ({
  file,
  text: `${MARKER}\n${Yaml.stringify(...objects.map(inOrder))}`,
});

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  /** Where SOPS keeps what it needs to open the object. */
  readonly sops?: object;
}

function inOrder({ apiVersion, kind, metadata, sops, ...rest }: Manifest): object {
  return {
    apiVersion,
    kind,
    metadata: sorted(metadata),
    ...(sorted(rest) as object),
    ...(sops && { sops: sorted(sops) }),
  };
}

/** Keys by code unit, at every level. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

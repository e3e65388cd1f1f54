import { ApiObject, App, Chart, Yaml } from 'cdk8s';
import type { CertificateSpec } from '../model/certificate-spec';
import type { Certificate } from '../model/revision';
import { RotatingCertificate } from './rotating-certificate';

/** First line of every file that synth writes; a file without it is not ours to touch. */
export const MARKER =
  '# Written by releaf synth from certificates/. Do not edit: change the config or run releaf.';

/** Name of the file in `dist/` that holds a certificate's manifests. */
export function manifestFile(name: string): string {
  return `${name}.k8s.yaml`;
}

/** A file of `dist/`. */
export interface RenderedFile {
  /** As {@link manifestFile} gives it. */
  readonly file: string;
  readonly text: string;
}

/**
 * The manifests of one certificate: the Secret first, then the signing request.
 *
 * Each certificate gets an App and a Chart of its own, and its objects are asked one by one.
 * `App.synth()` and `Chart.toJson()` resolve dependencies and validate the whole App once for each
 * Chart: time that grows with the square of the Charts, and for one Chart is still a tenth of all.
 * Nothing here depends on anything or has a validation.
 *
 * The bytes depend on the argument only: keys are ordered here, since `CDK8S_DISABLE_SORT` changes
 * cdk8s' order, and every object has a name, since `CDK8S_LEGACY_HASH` changes made-up ones.
 *
 * @returns undefined when there is nothing to write: no revision is issued, none waits for a signer
 * in the cluster
 * @throws ReleafError `CERTIFICATE_KEY_MISMATCH`, `SEALED_KEY_CHANGED` or `SECRET_RENAMED` as
 * {@link RotatingCertificate}
 */
export function renderCertificate(
  certificate: Certificate<CertificateSpec>,
): RenderedFile | undefined {
  const { name } = certificate.spec;
  // The name is no id: constructs keeps children in a plain object, which has a `constructor`.
  const chart = new Chart(new App(), 'Certificate');
  new RotatingCertificate(chart, 'Certificate', certificate);
  const objects = chart.node
    .findAll()
    .filter((construct) => ApiObject.isApiObject(construct))
    .map((object) => inOrder(object.toJson() as Manifest));
  if (objects.length === 0) return undefined;
  return { file: manifestFile(name), text: `${MARKER}\n${Yaml.stringify(...objects)}` };
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: object;
}

function inOrder({ apiVersion, kind, metadata, ...rest }: Manifest): object {
  return { apiVersion, kind, metadata: sorted(metadata), ...(sorted(rest) as object) };
}

/** Keys by code unit, at every level. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

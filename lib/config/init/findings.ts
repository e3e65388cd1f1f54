import { posix } from 'node:path';
import { fluxIn, inFolder, pathsOf, recursingPathsOf, type FoundFlux } from './found-engine';
import { kesOfManifest, kesOfValues, type FoundKes } from './found-kes';
import { serversIn, type FoundObject, type FoundServer } from './found-server';
import { couldSeal, isCa, sopsIn, type FoundSops } from './found-sealing';
import { parsedAtMost } from './parse-budget';
import { at, documentsOf, textAt } from './read-value';

/** What a repository says of itself. Files are relative to the folder of the config. */
export interface Findings {
  /** Whether there is more than was parsed. @default false */
  readonly cut?: boolean;
  /** A file with an Application, AppProject or ApplicationSet, and the folders that Applications apply. */
  readonly argoCd?: {
    readonly file: string;
    readonly paths: readonly string[];
    /** Those that are applied with all that is below. */
    readonly recursing: readonly string[];
  };
  readonly flux?: FoundFlux;
  /** A kustomization.yaml. */
  readonly kustomize?: string;
  /** The cdk8s.yaml beside the config that names an app. */
  readonly cdk8s?: string;
  readonly sops?: FoundSops;
  readonly sealingCertificate?: string;
  /** A file with a SealedSecret. */
  readonly sealedSecret?: string;
  /** A CA certificate beside the config. */
  readonly ca?: string;
  /** A file that only Amazon EKS has a use for. */
  readonly eks?: string;
  readonly clusterIssuer?: { readonly file: string; readonly name: string };
  /** In the folder of the config: what serves in another is another's. */
  readonly kes: readonly FoundKes[];
  /** In the folder of the config. */
  readonly servers: readonly FoundServer[];
}

/** Without one of these words a YAML text tells nothing; most are never parsed. */
const TELLING =
  /argoproj\.io|fluxcd\.io|kustomize\.config\.k8s\.io|bitnami\.com|minio\.min\.io|cert-manager\.io|eks\.amazonaws\.com|eksctl\.io|\btenant:|secretName:|^kind: *["']?Service\b|^(?:resources|namespace):/m;

/** These tell by what they are called. */
const READ_BY_NAME = /(?:^|\/)(?:cdk8s|\.sops)\.yaml$/;

/**
 * Finds what a repository says of itself.
 *
 * @param files - YAML and PEM files, relative to the folder of the config, the nearest first
 * @param within - the folder of the config in the repository, with forward slashes; empty for its top
 * @param now - a sealing certificate that has expired is none
 */
export function findingsOf(
  files: readonly { readonly file: string; readonly text: string }[],
  within: string,
  now: Date,
): Findings {
  const yaml = files.filter(({ file }) => /\.ya?ml$/i.test(file));
  const { parsed, cut } = parsedAtMost(
    yaml.filter(({ file, text }) => READ_BY_NAME.test(file) || TELLING.test(text)),
  );
  const objects = parsed.flatMap(({ file, text }) =>
    documentsOf(text).map((object) => ({ file, object })),
  );
  const inGroup = (group: string, kinds?: readonly string[]) =>
    objects.find(
      ({ object }) =>
        textAt(object, 'apiVersion')?.startsWith(`${group}/`) &&
        (kinds?.includes(textAt(object, 'kind') ?? '') ?? true),
    );
  const given = <Key extends string, Value>(key: Key, value: Value | undefined) =>
    (value === undefined ? {} : { [key]: value }) as Partial<Record<Key, Value>>;
  const argoCd = inGroup('argoproj.io', ['Application', 'AppProject', 'ApplicationSet']);
  const issuer = inGroup('cert-manager.io', ['ClusterIssuer']);
  const issuerName = textAt(issuer?.object, 'metadata', 'name');
  const pem = files.filter(({ file }) => !/\.ya?ml$/i.test(file));
  return {
    ...(cut && { cut }),
    ...(argoCd && {
      argoCd: {
        file: argoCd.file,
        paths: objects.flatMap(({ object }) => pathsOf(object)),
        recursing: objects.flatMap(({ object }) => recursingPathsOf(object)),
      },
    }),
    ...given('flux', fluxIn(objects)),
    ...given(
      'kustomize',
      yaml.find(({ file }) => /(?:^|\/)kustomization\.ya?ml$/.test(file))?.file,
    ),
    ...given('cdk8s', cdk8sApp(parsed)),
    ...given('sops', sopsIn(parsed)),
    ...given('sealingCertificate', pem.find((one) => couldSeal(one, now))?.file),
    ...given('sealedSecret', inGroup('bitnami.com', ['SealedSecret'])?.file),
    ...given('ca', pem.find(isCa)?.file),
    ...given('eks', objects.find(isEks)?.file),
    ...(issuer && issuerName && { clusterIssuer: { file: issuer.file, name: issuerName } }),
    kes: objects
      .filter(isInside)
      .flatMap(({ file, object }) => [...kesOfManifest(file, object), ...kesOfValues(file, object)])
      .map((found) => ({ ...given('namespace', namespaceFor(found, objects, within)), ...found })),
    servers: serversIn(
      objects,
      (found) =>
        textAt(found.object, 'metadata', 'namespace') ?? namespaceFor(found, objects, within),
    ).filter(isInside),
  };
}

const isInside = ({ file }: { readonly file: string }): boolean => !file.startsWith('../');

function cdk8sApp(yaml: readonly { file: string; text: string }[]): string | undefined {
  const own = yaml.find(({ file }) => file === 'cdk8s.yaml');
  return own && textAt(documentsOf(own.text)[0], 'app') !== undefined ? own.file : undefined;
}

/** IAM roles for service accounts, or a cluster of eksctl. */
const isEks = ({ object }: FoundObject): boolean =>
  at(object, 'metadata', 'annotations', 'eks.amazonaws.com/role-arn') !== undefined ||
  textAt(object, 'apiVersion')?.startsWith('eksctl.io/') === true;

/** Where the file does not say it: the kustomization beside it, or the Application that applies its folder. */
function namespaceFor(
  { file }: { readonly file: string },
  objects: readonly FoundObject[],
  within: string,
): string | undefined {
  const folder = posix.dirname(file);
  for (const { file: other, object } of objects) {
    const namespace = /(?:^|\/)kustomization\.ya?ml$/.test(other)
      ? posix.dirname(other) === folder && textAt(object, 'namespace')
      : pathsOf(object).some((path) => inFolder(posix.join(within, folder), path)) &&
        textAt(object, 'spec', 'destination', 'namespace');
    if (namespace) return namespace;
  }
  return undefined;
}

import { checkArgoCd } from '../cluster/checks/argo-cd';
import { checkApplications } from '../cluster/checks/argo-cd-application';
import { checkFlux, type ExpectedKustomization } from '../cluster/checks/flux';
import { checkFragment } from '../cluster/checks/fragment';
import { checkIssuanceJob } from '../cluster/checks/issuance-job';
import type { JobName } from '../cluster/checks/live-job';
import type { Check } from '../cluster/checks/run-checks';
import { checkSecretGate } from '../cluster/checks/secret-gate';
import type { Commands } from '../cluster/checks/verdict';
import { checkRestartObjects } from '../cluster/checks/workload';
import type { KubernetesApi } from '../cluster/kubernetes-api';
import type { Config } from '../config/parse-config';
import { ENGINE_RULES } from '../delivery/engines';
import { folderObjects } from '../delivery/folder-objects';
import { needsGate, possibleFiles } from '../delivery/output-file';
import { annotatedObjects } from '../delivery/restart-objects';
import type { CertificateSpec } from '../model/certificate-spec';
import { currentRevision, pendingRevision, type Certificate } from '../model/revision';
import { readManifests } from '../yaml/read-manifests';

/** Whoever may apply `dist/`: there, and not in the way. */
export function checksOfEngines(
  api: KubernetesApi,
  { certificates, delivery }: Config,
  specs: readonly CertificateSpec[],
  argocdNamespace: string,
  commands: Commands,
): readonly Check[] {
  const requested = specs.find(({ signer }) => signer !== 'local');
  const byJob = delivery.request === 'job';
  return [
    {
      check: 'argo cd',
      run: () => checkArgoCd(api, argocdNamespace, requested, commands, byJob),
    },
    { check: 'flux', run: () => checkFlux(api, kustomizationsOf({ certificates, delivery })) },
  ];
}

/** The Kustomizations of Flux that `dist/` has. */
function kustomizationsOf({
  certificates,
  delivery,
}: Pick<Config, 'certificates' | 'delivery'>): readonly ExpectedKustomization[] {
  if (!delivery.kustomizations) return [];
  const files = certificates.flatMap((spec) => possibleFiles(spec, []));
  return folderObjects(delivery, files)
    .flatMap(({ objects }) => objects as readonly KustomizationObject[])
    .filter(({ metadata }) => metadata.namespace !== undefined)
    .map(({ metadata: { namespace = '', name }, spec }) => ({
      namespace,
      name,
      decrypts: spec?.decryption !== undefined,
    }));
}

interface KustomizationObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly decryption?: object };
}

/** How the objects of one certificate get on that its delivery adds. */
export function checksOfDelivery(
  api: KubernetesApi,
  certificate: Certificate,
  argocdNamespace: string,
  commands: Commands,
): readonly Check[] {
  const { spec, revisions } = certificate;
  const about = (check: string, run: Check['run']): Check => ({
    check,
    certificate: spec.name,
    run,
  });
  const current = currentRevision(revisions);
  const pending = pendingRevision(revisions);
  const rules = ENGINE_RULES[spec.delivery.engine];
  const fragments = annotatedObjects(spec, 'fragment');
  return [
    ...(spec.delivery.request === 'job' && pending && pending.record.signer !== 'local'
      ? [
          about('job', async () => {
            const job = await renderedJob(certificate, pending.record.objectName);
            return checkIssuanceJob(api, spec, pending, job, commands);
          }),
        ]
      : []),
    ...(current && rules.gate && needsGate(current.sealedKey.sealing, spec.secret.naming)
      ? [
          about('gate', async () =>
            checkSecretGate(api, spec, await renderedJob(certificate, undefined), commands),
          ),
        ]
      : []),
    ...(spec.restartObjects.length > 0
      ? [about('restart', () => checkRestartObjects(api, certificate))]
      : []),
    ...fragments.map((one) => about('restart', () => checkFragment(api, spec, one))),
    ...(fragments.length > 0 && spec.delivery.engine === 'argo-cd'
      ? [about('argo cd', () => checkApplications(api, argocdNamespace, certificate))]
      : []),
  ];
}

/**
 * The Job of a certificate whose pods run under a service account, or under none. Only synth knows its name,
 * which has a hash of all that is in it.
 */
async function renderedJob(
  certificate: Certificate,
  serviceAccount: string | undefined,
): Promise<JobName> {
  const { renderCertificate } = await import('../constructs/render.js');
  for (const { text } of renderCertificate(certificate)) {
    const reading = readManifests(text);
    for (const object of 'manifests' in reading ? reading.manifests : []) {
      const { kind, metadata, spec } = object as RenderedJob;
      if (kind !== 'Job' || spec.template.spec.serviceAccountName !== serviceAccount) continue;
      return metadata;
    }
  }
  throw new Error(`synth gives no Job of service account ${serviceAccount ?? '(none)'}`);
}

interface RenderedJob {
  readonly kind: string;
  readonly metadata: JobName;
  readonly spec: { readonly template: { readonly spec: { readonly serviceAccountName?: string } } };
}

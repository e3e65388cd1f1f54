import { ApiObject, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { nearest } from '../config/did-you-mean';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { Certificate } from '../model/revision';
import { currentRevision, pendingRevision } from '../model/revision';
import { restartAnnotation, restartDigest } from '../rotation/restart';
import { assertPair, assertRequestable, assertSecretName } from '../rotation/shippable';
import { CertificateSecret } from './certificate-secret';
import { SigningRequest } from './signing-request';

/** A workload of cdk8s-plus, whichever its version: Deployment, StatefulSet, DaemonSet, Job, Pod. */
export interface PodMetadataOwner {
  /** Metadata of the pod template. */
  readonly podMetadata: { addAnnotation(key: string, value: string): void };
}

/**
 * A certificate with all that the cluster needs of it now: the Secret of the revision that serves,
 * and, while the next one waits for its signature, the request. So a pending revision 2 leaves the
 * Secret of revision 1 as it is.
 */
export class RotatingCertificate extends Construct {
  private readonly certificate: Certificate<CertificateSpec>;

  /**
   * Places one certificate of the config, by its name, as construct `certificate-<name>`.
   *
   * @param certificates - by name, as loaded from the folder
   * @throws ReleafError `CERTIFICATE_UNKNOWN` when there is none of that name
   */
  static from(
    scope: Construct,
    certificates: ReadonlyMap<string, Certificate<CertificateSpec>>,
    name: string,
  ): RotatingCertificate {
    const certificate = certificates.get(name);
    if (certificate) return new RotatingCertificate(scope, `certificate-${name}`, certificate);
    const names = [...certificates.keys()];
    const near = nearest(name, names);
    throw new ReleafError(
      'CERTIFICATE_UNKNOWN',
      `there is no certificate "${name}" in the config; it has ${names.join(', ') || 'none'}`,
      near === undefined ? '' : `did you mean ${near}?`,
    );
  }

  /**
   * @throws ReleafError `CERTIFICATE_KEY_MISMATCH` or `SEALED_KEY_CHANGED` when certificate and key of
   * the current revision are no pair; `SECRET_RENAMED` when the config names another Secret than the
   * one for which the newest revision's key is sealed
   */
  constructor(scope: Construct, id: string, certificate: Certificate<CertificateSpec>) {
    super(scope, id);
    this.certificate = certificate;
    const { spec, revisions } = certificate;
    const labels = {
      'app.kubernetes.io/managed-by': 'releaf',
      'releaf.dev/certificate': spec.name,
    };

    assertSecretName(spec, revisions);
    const current = currentRevision(revisions);
    if (current) {
      assertPair(spec.name, current);
      const { namespace, name } = current.sealedKey;
      new CertificateSecret(this, 'Secret', {
        ...spec.secret,
        namespace,
        name,
        labels: { ...spec.secret.labels, ...labels },
        certificate: current.certificate,
        sealedKey: current.sealedKey,
      });
    }

    const pending = pendingRevision(revisions);
    // `local` is nobody in the cluster: releaf sign answers.
    if (pending && pending.record.signer !== 'local') {
      assertRequestable(spec.name, pending);
      new SigningRequest(this, 'Request', {
        name: pending.record.objectName,
        request: pending.request,
        signerName: pending.record.signer,
        usages: pending.record.usages,
        expirationSeconds: pending.record.expirationSeconds,
        labels,
        annotations: { 'releaf.dev/revision': `${pending.number}` },
      });
    }
  }

  /**
   * Value of the restart annotation: SHA-256 over the certificate data in the Secret, lower-case hex.
   * Undefined while no revision has been issued.
   */
  get restartValue(): string | undefined {
    const { spec, revisions } = this.certificate;
    const current = currentRevision(revisions);
    return current && restartDigest(current, spec);
  }

  /**
   * Restarts a workload of the same app whenever what stands in the Secret changes: puts the restart
   * annotation on its pod template. Does nothing while no revision has been issued.
   *
   * @param workload - a cdk8s-plus workload, or any ApiObject with `spec.template`. An ApiObject is
   * patched as it is now, so call this behind everything else that patches its pod template.
   * @throws ReleafError `RESTART_WORKLOAD` when an ApiObject has no `spec.template`
   */
  restarts(workload: PodMetadataOwner | ApiObject): this {
    const annotation = restartAnnotation(this.certificate.spec.name);
    const value = this.restartValue;
    if (!ApiObject.isApiObject(workload)) {
      if (value !== undefined) workload.podMetadata.addAnnotation(annotation, value);
      return this;
    }
    const parents = missingParents(workload);
    if (value !== undefined) {
      const key = annotation.replaceAll('/', '~1');
      workload.addJsonPatch(...parents, JsonPatch.add(`${ANNOTATIONS}/${key}`, value));
    }
    return this;
  }
}

const ANNOTATIONS = '/spec/template/metadata/annotations';

/** The patches without which nothing can be added at {@link ANNOTATIONS}. */
function missingParents(workload: ApiObject): readonly JsonPatch[] {
  const { spec } = workload.toJson() as {
    spec?: { template?: { metadata?: { annotations?: unknown } } };
  };
  if (!spec?.template) {
    throw new ReleafError(
      'RESTART_WORKLOAD',
      `${workload.kind} ${workload.name} has no spec.template, so no pods that could restart`,
      'give restarts() a Deployment, StatefulSet or DaemonSet',
    );
  }
  const { metadata } = spec.template;
  return [
    ...(metadata ? [] : [JsonPatch.add('/spec/template/metadata', {})]),
    ...(metadata?.annotations ? [] : [JsonPatch.add(ANNOTATIONS, {})]),
  ];
}

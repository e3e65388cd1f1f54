import { ApiObject, Chart, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { nearest } from '../config/did-you-mean';
import { labelsOf, signingRequestObject } from '../delivery/signing-request-object';
import { ReleafError } from '../model/errors';
import type { Certificate } from '../model/revision';
import { currentRevision, pendingRevision } from '../model/revision';
import { restartAnnotation, restartDigest } from '../rotation/restart';
import { secretToRead, servedRevisions } from '../rotation/secret-name';
import { assertPair, assertRequestable, assertSecretName } from '../rotation/shippable';
import type { EngineRules } from '../delivery/engine';
import { ENGINE_RULES } from '../delivery/engines';
import { needsGate, secretPart, type Part } from '../delivery/output-file';
import { restartFragments } from '../delivery/restart-fragment';
import { CertificateSecret } from './certificate-secret';
import { IssuanceJob } from './issuance-job';
import { markPart } from './part';
import { podTemplateOf } from './pod-template';
import { RestartFragment } from './restart-fragment';
import { SecretGate } from './secret-gate';
import { SigningRequest } from './signing-request';
import { sopsAlone } from './sops-alone';

/** A workload of cdk8s-plus, whichever its version: Deployment, StatefulSet, DaemonSet. */
export interface PodMetadataOwner {
  /** Metadata of the pod template. */
  readonly podMetadata: { addAnnotation(key: string, value: string): void };
}

/** How a {@link RotatingCertificate} is placed. */
export interface RotatingCertificateOptions {
  /**
   * Where its Secrets go. In the app itself each gets a Chart of its own, `<name>-secret`, and so a file
   * of its own, which is what SOPS needs; in a Chart they join what else is there.
   *
   * @default - where the certificate is placed
   */
  readonly secretScope?: Construct | undefined;
}

/**
 * A certificate with all that the cluster needs of it now: the Secret of the revision that serves,
 * and, while the next one waits for its signature, the request. So a pending revision 2 leaves the
 * Secret of revision 1 as it is. With `naming: perRevision` the issued revision before it keeps its
 * Secret too: pods of the last rollout still mount it.
 *
 * Synth refuses (`SOPS_CHART`) a Secret that SOPS encrypts in one file with other objects.
 */
export class RotatingCertificate extends Construct {
  private readonly certificate: Certificate;

  /**
   * Places one certificate of the config, by its name, as construct `certificate-<name>`.
   *
   * @param certificates - by name, as loaded from the folder
   * @example
   * ```ts
   * RotatingCertificate.from(chart, loadCertificates(), 'kes').restarts(deployment);
   * ```
   * @throws ReleafError `CERTIFICATE_UNKNOWN` when there is none of that name
   */
  static from(
    scope: Construct,
    certificates: ReadonlyMap<string, Certificate>,
    name: string,
    options?: RotatingCertificateOptions,
  ): RotatingCertificate {
    const certificate = certificates.get(name);
    if (certificate) {
      return new RotatingCertificate(scope, `certificate-${name}`, certificate, options);
    }
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
  constructor(
    scope: Construct,
    id: string,
    certificate: Certificate,
    { secretScope }: RotatingCertificateOptions = {},
  ) {
    super(scope, id);
    this.certificate = certificate;
    const { spec, revisions } = certificate;
    const { delivery } = spec;
    const rules = ENGINE_RULES[delivery.engine];
    const labels = labelsOf(spec.name);

    assertSecretName(spec, revisions);
    for (const [index, revision] of servedRevisions(spec, revisions).entries()) {
      assertPair(spec.name, revision);
      const { namespace, name, item, sealing } = revision.sealedKey;
      const { keys } = spec.secret;
      const suffix = index === 0 ? '' : `-${revision.number}`;
      const [home, secretId] = secretScope
        ? placeIn(secretScope, `${spec.name}-secret${suffix}`)
        : ([this, `Secret${suffix}`] as const);
      const secret = new CertificateSecret(home, secretId, {
        ...spec.secret,
        namespace,
        name,
        // As the Secret goes on under its old name until the next key is issued, so does the key in it.
        keys: sealing === 'sops' ? { ...keys, privateKey: item } : keys,
        labels: { ...spec.secret.labels, ...labels },
        certificate: revision.certificate,
        sealedKey: revision.sealedKey,
      });
      mark(secret, secretPart(index, sealing === 'sops' ? revision.number : undefined), rules);
      if (sealing === 'sops') {
        secret.node.addValidation(sopsAlone(secret, `${namespace}/${name}`, spec.name));
      }
    }

    const current = currentRevision(revisions);
    if (current && rules.gate && needsGate(current.sealedKey.sealing, spec.secret.naming)) {
      new SecretGate(this, 'Gate', { spec, revision: current });
    }
    for (const fragment of current ? restartFragments(spec, current) : []) {
      new RestartFragment(this, `Restart-${fragment.index}`, { fragment, rules });
    }

    const pending = pendingRevision(revisions);
    // `local` is nobody in the cluster: releaf sign answers.
    if (pending && pending.record.signer !== 'local') {
      assertRequestable(spec.name, pending);
      if (delivery.request === 'job') {
        new IssuanceJob(this, 'Issuance', { spec, revision: pending });
      } else {
        const { metadata } = signingRequestObject(spec.name, pending);
        const request = new SigningRequest(this, 'Request', {
          ...metadata,
          request: pending.request,
          signerName: pending.record.signer,
          usages: pending.record.usages,
          expirationSeconds: pending.record.expirationSeconds,
        });
        mark(request, { stage: 'request', part: 'request' }, rules);
      }
    }
  }

  /**
   * Name of the Secret to read now, for volumes of the same app. While the first revision waits it is the
   * name that the Secret will have. Undefined only with `naming: perRevision` before the first
   * `releaf renew`.
   */
  get secretName(): string | undefined {
    const { spec, revisions } = this.certificate;
    const { name, naming } = spec.secret;
    return secretToRead(revisions) ?? (naming === 'stable' ? name : undefined);
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
   * @param workload - a cdk8s-plus workload, or any ApiObject with `spec.template` (or, as a CronJob,
   * `spec.jobTemplate.spec.template`). An ApiObject is patched as it is now, so call this behind
   * everything else that patches its pod template.
   * @throws ReleafError `RESTART_WORKLOAD` when an ApiObject has no pod template
   */
  restarts(workload: PodMetadataOwner | ApiObject): this {
    const annotation = restartAnnotation(this.certificate.spec.name);
    const value = this.restartValue;
    if (!ApiObject.isApiObject(workload)) {
      if (value !== undefined) workload.podMetadata.addAnnotation(annotation, value);
      return this;
    }
    const { path, metadata } = podTemplateOf(workload);
    if (value === undefined) return this;
    const annotations = `${path}/metadata/annotations`;
    workload.addJsonPatch(
      ...(metadata ? [] : [JsonPatch.add(`${path}/metadata`, {})]),
      ...(metadata?.annotations ? [] : [JsonPatch.add(annotations, {})]),
      JsonPatch.add(`${annotations}/${annotation.replaceAll('/', '~1')}`, value),
    );
    return this;
  }
}

/** Marks the one object that a construct holds. */
function mark(construct: Construct, part: Part, rules: EngineRules): void {
  for (const object of construct.node.findAll()) {
    if (ApiObject.isApiObject(object)) markPart(object, part, rules);
  }
}

/** A Chart's own file needs a Chart of its own; a Chart in a Chart would rename the files of all. */
function placeIn(scope: Construct, id: string): readonly [home: Construct, id: string] {
  return scope.node.scopes.some((each) => Chart.isChart(each))
    ? [scope, id]
    : [new Chart(scope, id), 'Secret'];
}

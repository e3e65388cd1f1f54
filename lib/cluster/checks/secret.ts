import type { CertificateSpec } from '../../model/certificate-spec';
import type { Finding } from '../../model/finding';
import { currentRevision, type Certificate } from '../../model/revision';
import type { KubernetesApi } from '../kubernetes-api';
import type { ExpectedSecret } from './expected-secret';
import { readLiveSecret, type LiveSecret } from './live-secret';
import { controllerOf, ownersOf } from './owners';
import { judgeSecretCertificate } from './secret-certificate';
import { judgeOtherItems } from './other-items';
import { judgeTakeOver } from './take-over';
import { applyOutput, type Commands, type Verdict } from './verdict';

/**
 * A Secret: there, of the right type, whose, and which certificate is in it.
 *
 * @param isRefused - whether the controller refused the SealedSecret that it is to come from
 */
export async function checkSecret(
  api: KubernetesApi,
  certificate: Certificate,
  expected: ExpectedSecret,
  now: Date,
  commands: Commands,
  isRefused: () => Promise<boolean>,
): Promise<readonly Finding[]> {
  const live = await readLiveSecret(api, expected, certificate.spec.secret.keys.certificate);
  const verdicts = live
    ? judgeSecret(live, certificate, expected, now, commands, await isRefused())
    : [judgeMissing(certificate, expected, await isRefused())];
  return verdicts.map((verdict) => ({
    check: 'secret',
    certificate: certificate.spec.name,
    ...verdict,
  }));
}

function judgeMissing(
  { revisions }: Certificate,
  { namespace, name, isCurrent, file }: ExpectedSecret,
  isRefused: boolean,
): Verdict {
  const where = `${namespace}/${name}`;
  if (!isCurrent) {
    return { level: 'ok', message: `${where} is not there; it comes with the certificate` };
  }
  const number = currentRevision(revisions)?.number ?? '';
  return {
    level: 'warning',
    message: `${where} is not there, although revision ${number} is issued`,
    next: isRefused ? [REFUSED] : applyOutput(file),
  };
}

const REFUSED = 'the line on the SealedSecret says why';

/** What a live Secret means for the certificate. */
export function judgeSecret(
  live: LiveSecret,
  certificate: Certificate,
  expected: ExpectedSecret,
  now: Date,
  commands: Commands,
  isRefused: boolean,
): readonly Verdict[] {
  const { spec } = certificate;
  const where = `${expected.namespace}/${expected.name}`;
  const owners =
    spec.sealing.type === 'sealed-secrets'
      ? judgeTakeOver(live, spec.name, expected, commands)
      : judgeOwners(live, where);
  const hindrance =
    owners.level === 'failure'
      ? 'the line above says what to do first'
      : isRefused
        ? REFUSED
        : undefined;
  return [
    ...judgeType(live, spec, where),
    owners,
    ...judgeOtherItems(live, certificate, where),
    judgeSecretCertificate(live, certificate, expected, now, commands, hindrance),
  ];
}

/** Of Secrets that releaf writes. */
const WRITTEN_TYPES: readonly string[] = ['Opaque', 'kubernetes.io/tls'];

function judgeType(
  { type }: LiveSecret,
  { secret }: CertificateSpec,
  where: string,
): readonly Verdict[] {
  if (type === secret.type) return [];
  return [
    {
      level: 'failure',
      message: `${where} is of type ${type}, the config says ${secret.type}; the type of a Secret cannot change, so the API server will refuse the new one`,
      next: [
        WRITTEN_TYPES.includes(type)
          ? `in the config: secret.type: ${type} with the keys that go with it, or another secret.name`
          : 'in the config: another secret.name',
      ],
    },
  ];
}

function judgeOwners({ metadata }: LiveSecret, where: string): Verdict {
  const controller = controllerOf(metadata);
  const owners = ownersOf(metadata).join(', ');
  return controller === undefined
    ? {
        level: 'ok',
        message: `${where} is there${owners === '' ? ', and shows no owner' : `; shows ${owners}`}`,
      }
    : {
        level: 'warning',
        message: `${where} is made by ${controller}, which may write it as well, and with which it is deleted`,
        next: ['give the certificate a Secret of its own: another secret.name'],
      };
}

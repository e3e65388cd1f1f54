import type { CertificateSpec } from '../../model/certificate-spec';
import { ReleafError } from '../../model/errors';
import type { KubernetesApi } from '../kubernetes-api';
import type { Controller } from '../sealing-certificate';
import type { ExpectedSecret } from './expected-secret';
import { readLiveSecret, type LiveSecret } from './live-secret';
import { replaceSealingCertificate } from './sealing';
import { goesWithSealedSecret, judgeTakeOver } from './take-over';
import type { Commands, Verdict } from './verdict';

/** The Secret beside a SealedSecret; it may be one that the caller may not read. */
type Beside = LiveSecret | 'absent' | 'unknown';

/**
 * What to do about a SealedSecret that the controller refused. To delete it is the way only where no
 * Secret goes with it: one that it owns may still serve an older revision.
 *
 * @param reason - in the controller's words
 * @param controller - whose sealing certificate is the right one
 */
export async function judgeRefused(
  api: KubernetesApi,
  reason: string,
  spec: CertificateSpec,
  expected: ExpectedSecret,
  controller: Controller,
  commands: Commands,
): Promise<Verdict> {
  const { namespace, name } = expected;
  const message = `${namespace}/${name} was refused by the controller: ${reason}`;
  const secret = await readBeside(api, expected);
  const renew = sealAgain(spec, expected.file, controller, commands);
  if (secret === 'unknown') {
    return {
      level: 'failure',
      message,
      next: ['do not delete it: a Secret that it made would go with it', ...renew],
    };
  }
  if (secret !== 'absent' && goesWithSealedSecret(secret, name)) {
    return {
      level: 'failure',
      message: `${message}; the Secret still holds what it held`,
      next: ['do not delete the SealedSecret: the Secret would go with it', ...renew],
    };
  }
  if (
    secret !== 'absent' &&
    judgeTakeOver(secret, spec.name, expected, commands).level === 'failure'
  ) {
    return { level: 'failure', message, next: ['the line on the Secret says what to do'] };
  }
  return {
    level: 'failure',
    message,
    // After five times it waits for another spec (controller.go, sealedSecretChanged).
    next: [
      ...(reason.includes('no key could decrypt')
        ? [...renew, 'or, once the controller has the key again that this was sealed for:']
        : ['once the cause is gone:']),
      commands.kubectl(`delete sealedsecret -n ${namespace} ${name}`),
      `then apply dist/${expected.file} again: the controller does not try a refused one again by itself`,
    ],
  };
}

async function readBeside(api: KubernetesApi, expected: ExpectedSecret): Promise<Beside> {
  try {
    return (await readLiveSecret(api, expected)) ?? 'absent';
  } catch (error) {
    if (error instanceof ReleafError && error.code === 'CLUSTER_FORBIDDEN') return 'unknown';
    throw error;
  }
}

/** A revision with a spec that the controller has not seen, sealed for the key that it has. */
function sealAgain(
  { name, signer, sealing }: CertificateSpec,
  file: string,
  controller: Controller,
  commands: Commands,
): readonly string[] {
  const { releaf } = commands;
  const force = releaf(`renew ${name} --force`);
  return [
    'once the cause is gone, make a new revision, sealed for this controller:',
    ...(sealing.type === 'sealed-secrets'
      ? [replaceSealingCertificate(sealing.certificate, controller, commands)]
      : []),
    ...(signer === 'local'
      ? [force]
      : [releaf(`renew ${name} --now --force`), 'or through a pull request:', force]),
    `then apply dist/${file}: a new spec makes the controller try again`,
  ];
}

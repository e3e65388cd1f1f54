import { ReleafError } from '../../model/errors';
import type { Finding } from '../../model/finding';
import { shellWord } from '../../model/shell-word';
import { readSealingCertificate } from '../../sealing/sealed-secrets';
import type { X509 } from '../../x509/certificate';
import type { KubernetesApi } from '../kubernetes-api';
import {
  controllerInWords,
  KUBESEAL_DEFAULT,
  readControllerCertificate,
  type Controller,
} from '../sealing-certificate';
import { leafOf } from './recognize';
import type { Commands } from './verdict';

/** A sealing certificate as it stands in the folder. */
export interface CommittedSealingCertificate {
  /** Relative to the folder of the config. */
  readonly file: string;
  /** PEM; undefined when there is no such file. */
  readonly pem?: string;
}

/** The committed certificates that nothing can be sealed for; the cluster is not asked. */
export function judgeSealingFiles(
  committed: readonly CommittedSealingCertificate[],
  controller: Controller,
  now: Date,
  commands: Commands,
): readonly Finding[] {
  return committed.flatMap(({ file, pem }): Finding[] => {
    const problem = problemOf(file, pem, now);
    if (problem === undefined) return [];
    const next = [replaceSealingCertificate(file, controller, commands)];
    return [{ level: 'failure', check: 'sealing', message: problem, next }];
  });
}

function problemOf(file: string, pem: string | undefined, now: Date): string | undefined {
  if (pem === undefined) return `${file}: there is no such file`;
  try {
    readSealingCertificate(pem, file, now);
    return undefined;
  } catch (error) {
    if (error instanceof ReleafError) return error.message;
    throw error;
  }
}

/** The Sealed Secrets controller is there, and the committed certificates are its newest one. */
export async function checkSealing(
  api: KubernetesApi,
  controller: Controller,
  committed: readonly CommittedSealingCertificate[],
  now: Date,
  commands: Commands,
): Promise<readonly Finding[]> {
  const live = await readControllerCertificate(api, controller, now);
  const where = controllerInWords(controller);
  const newest = leafOf(live, where);
  return committed.flatMap(({ file, pem }): Finding[] => {
    if (pem === undefined || problemOf(file, pem, now) !== undefined) return [];
    const found = leafOf(pem, file);
    if (found.sha256 === newest.sha256) {
      const message = `${file} is the newest certificate of ${where}`;
      return [{ level: 'ok', check: 'sealing', message }];
    }
    return [
      {
        level: 'warning',
        check: 'sealing',
        message: `${file} (${inWords(found)}) is not the newest certificate of ${where} (${inWords(newest)}): it is older, or not of this controller at all, which then opens nothing that is sealed for it`,
        next: [replaceSealingCertificate(file, controller, commands), commands.releaf('renew')],
      },
    ];
  });
}

/** Those of the controller have no subject. */
const inWords = ({ notBefore, sha256 }: X509): string =>
  `from ${notBefore.toISOString().slice(0, 10)}, SHA-256 ${sha256.slice(0, 16)}…`;

/** The command that puts the controller's newest certificate into a file of the folder. */
export function replaceSealingCertificate(
  file: string,
  controller: Controller,
  { releaf, file: wordOf }: Commands,
): string {
  const [fresh, there] = [wordOf(`${file}.new`), wordOf(file)];
  // Not right into the file: a shell empties it before it knows whether the command succeeds.
  return `${releaf(printCommand(controller))} > ${fresh} && mv ${fresh} ${there}`;
}

const printCommand = ({ name, namespace }: Controller): string =>
  [
    'doctor --sealing-certificate',
    ...(name === KUBESEAL_DEFAULT.name ? [] : [`--controller-name ${shellWord(name)}`]),
    ...(namespace === KUBESEAL_DEFAULT.namespace
      ? []
      : [`--controller-namespace ${shellWord(namespace)}`]),
  ].join(' ');

import { join } from 'node:path';
import { checkSigningRequestApi, serverVersion } from '../cluster/checks/api-server';
import { checkEndpoint, type Look } from '../cluster/checks/endpoint';
import { expectedSecrets } from '../cluster/checks/expected-secret';
import { checkNamespace } from '../cluster/checks/namespace';
import { checkRights } from '../cluster/checks/rights';
import type { Check } from '../cluster/checks/run-checks';
import {
  checkSealing,
  judgeSealingFiles,
  type CommittedSealingCertificate,
} from '../cluster/checks/sealing';
import { checkSealedSecret } from '../cluster/checks/sealed-secret';
import { checkSecret } from '../cluster/checks/secret';
import { judgeSigners } from '../cluster/checks/signers';
import { checkSigningRequest } from '../cluster/checks/signing-request';
import { checkWorkloads, filesOf } from '../cluster/checks/workload';
import type { Commands } from '../cluster/checks/verdict';
import type { KubernetesApi } from '../cluster/kubernetes-api';
import type { Controller } from '../cluster/sealing-certificate';
import type { CertificateSpec } from '../model/certificate-spec';
import { pendingRevision, type Certificate } from '../model/revision';
import { shellWord } from '../model/shell-word';
import type { Folder } from '../store/folder';
import { pathInside } from '../store/path-inside';
import { readTeamFile } from '../store/team-files';
import { readTextIfThere } from '../store/text-file';
import type { Context } from './context';
import { checksOfDelivery, checksOfEngines } from './delivery-checks';
import type { DoctorFlags } from './doctor-flags';
import { typed, typedKubectl } from './typed';

/** Where the Sealed Secrets controller is, as the command line says. */
export const controllerIn = ({ controllerName, controllerNamespace }: DoctorFlags): Controller => ({
  name: controllerName,
  namespace: controllerNamespace,
});

const commandsIn = (context: Context): Commands => ({
  releaf: (command) => typed(context, command),
  kubectl: (command) => typedKubectl(context, command),
  file: (path) => shellWord(join(context.folder, path)),
});

type Certificates = readonly Certificate[];

/** What is asked once for all certificates. */
export function checksOfAll(
  api: KubernetesApi,
  folder: Folder,
  certificates: Certificates,
  context: Context,
  flags: DoctorFlags,
): readonly Check[] {
  const commands = commandsIn(context);
  const specs = certificates.map(({ spec }) => spec);
  const remote = specs.filter(({ signer }) => signer !== 'local');
  const signers = [...new Set(remote.map(({ signer }) => signer))];
  const pending = certificates.flatMap(({ revisions }) => {
    const record = pendingRevision(revisions)?.record;
    return record && record.signer !== 'local' ? [record.objectName] : [];
  });
  const sealing = sealingCertificates(folder, specs);
  const namespaces = certificates.flatMap((certificate) =>
    expectedSecrets(certificate).map(({ namespace }) => namespace),
  );
  return [
    ...(remote.length === 0
      ? []
      : [
          { check: 'request api', run: () => checkSigningRequestApi(api) },
          { check: 'rights', run: () => checkRights(api, signers, pending) },
        ]),
    {
      check: 'signer',
      run: async () => judgeSigners(specs, await serverVersion(api)),
    },
    ...(sealing.length === 0
      ? []
      : [
          {
            check: 'sealing',
            run: () =>
              Promise.resolve(
                judgeSealingFiles(sealing, controllerIn(flags), context.now, commands),
              ),
          },
          {
            check: 'sealing',
            run: () => checkSealing(api, controllerIn(flags), sealing, context.now, commands),
          },
        ]),
    ...checksOfEngines(api, folder.config, specs, flags.argocdNamespace, commands),
    ...[...new Set(namespaces)].map((namespace) => ({
      check: 'namespace',
      run: () => checkNamespace(api, namespace, commands),
    })),
  ];
}

/** Asks the cluster once, however many want to know. */
function once(run: Check['run']): Check['run'] {
  let asked: ReturnType<Check['run']> | undefined;
  return () => (asked ??= run());
}

/** Whether a check found a failure; one that could not be made tells that itself. */
async function hasFailed(run: Check['run']): Promise<boolean> {
  try {
    return (await run()).some(({ level }) => level === 'failure');
  } catch {
    return false;
  }
}

/** What is asked for each certificate. */
export function checksOfOne(
  api: KubernetesApi,
  { root }: Folder,
  certificate: Certificate,
  context: Context,
  flags: DoctorFlags,
): readonly Check[] {
  const commands = commandsIn(context);
  const { spec, revisions } = certificate;
  const pending = pendingRevision(revisions);
  const about = (check: string, run: Check['run']): Check => ({
    check,
    certificate: spec.name,
    run,
  });
  const current = expectedSecrets(certificate).find(({ isCurrent }) => isCurrent);
  const sealed =
    current && spec.sealing.type === 'sealed-secrets'
      ? once(() => checkSealedSecret(api, spec, current, controllerIn(flags), commands))
      : undefined;
  return [
    ...(pending && pending.record.signer !== 'local'
      ? [about('request', () => checkSigningRequest(api, spec, pending, commands))]
      : []),
    ...checksOfDelivery(api, certificate, flags.argocdNamespace, commands),
    ...(sealed ? [about('sealed secret', sealed)] : []),
    ...expectedSecrets(certificate).map((expected) =>
      about('secret', () =>
        checkSecret(api, certificate, expected, context.now, commands, () =>
          expected.isCurrent && sealed ? hasFailed(sealed) : Promise.resolve(false),
        ),
      ),
    ),
    ...filesOf(spec).map((file) =>
      about('restart', async () =>
        checkWorkloads(api, certificate, file, readTeamFile(root, file, spec.name)),
      ),
    ),
  ];
}

function sealingCertificates(
  { root }: Folder,
  specs: readonly CertificateSpec[],
): readonly CommittedSealingCertificate[] {
  const files = specs.flatMap(({ sealing }) =>
    sealing.type === 'sealed-secrets' ? [sealing.certificate] : [],
  );
  return [...new Set(files)].map((file) => {
    const pem = readTextIfThere(pathInside(root, file), file);
    return { file, ...(pem !== undefined && { pem }) };
  });
}

/** What `--endpoint` asks for, and not of the API server. */
export function checksOfEndpoint(
  certificate: Certificate,
  context: Context,
  { endpoint }: DoctorFlags,
  look: Look,
): readonly Check[] {
  if (endpoint === undefined) return [];
  const run = () => checkEndpoint(look, endpoint, certificate, context.now, commandsIn(context));
  return [{ check: 'endpoint', certificate: certificate.spec.name, run }];
}

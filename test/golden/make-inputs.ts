import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalCa } from '../../lib/x509/local-ca';
import { daysAfter, filesIn, folderOf, releaf, SEALING_CERTIFICATE, testCa } from '../harness';
import { signPending } from '../sign-pending';

/** What a team can do in a situation. Each command takes place a day after the one before. */
interface Team {
  releaf(...argv: readonly string[]): Promise<void>;
  /** Signs whatever is pending, as the cluster would, and fetches it. */
  sign(): Promise<void>;
  /** Replaces text in releaf.yaml. */
  edit(from: string, to: string): void;
}

const first = (team: Team) => team.releaf('renew');

const issue = async (team: Team) => {
  await first(team);
  await team.sign();
};

const issueAndRequestNext = async (team: Team) => {
  await issue(team);
  await team.releaf('renew', '--force');
};

const issueTwice = async (team: Team) => {
  await issueAndRequestNext(team);
  await team.sign();
};

/** How `input/certificates/` of each situation came about. */
const STORIES: Readonly<Record<string, (team: Team) => Promise<void>>> = {
  'first-request-pending': first,
  issued: issue,
  'issued-next-pending': issueAndRequestNext,
  renewed: issueTwice,
  'rolled-back': async (team) => {
    await issueTwice(team);
    await team.releaf('rollback', 'web');
  },
  'withdrawn-pending': async (team) => {
    await issueAndRequestNext(team);
    await team.releaf('rollback', 'web');
  },
  'local-signer-next-pending': issueAndRequestNext,
  'opaque-secret': issue,
  'ip-addresses': issueAndRequestNext,
  plaintext: issue,
  'extends-base': first,
  'stale-goes-foreign-stays': issue,
  'several-certificates-one-workload': async (team) => {
    await team.releaf('renew', 'web', 'admin');
    await team.sign();
    await team.releaf('renew', 'preview');
  },
  'helm-values': issue,
  'minio-kes-tenant-trusts-ca': issue,
  'minio-kes-tenant-trusts-leaf': issue,
  'minio-kes-stand-alone': issue,
  'minio-kes-long-tenant-name': first,
  'secret-renamed-next-pending': async (team) => {
    team.edit('web-new', 'web-old');
    await issue(team);
    team.edit('web-old', 'web-new');
    await first(team);
  },
  'sops-age': issueAndRequestNext,
  'sops-per-revision': issueTwice,
  'sealed-secrets-namespace-wide': issue,
  'sealed-secrets-cluster-wide': issue,
  'per-revision': issueTwice,
  'reuse-next-pending': issueAndRequestNext,
  'kubernetes-client': issueAndRequestNext,
  'minio-kes-client': issueAndRequestNext,
  'minio-kes-tenant-names-secret': issue,
  'email-addresses-and-uris': issueAndRequestNext,
  'kubectl-pending': issueAndRequestNext,
  'kubectl-issued': issue,
  'kubectl-job-pending': issueAndRequestNext,
  'kustomize-pending': issueAndRequestNext,
  'kustomize-issued': issue,
  'argo-cd-pending': issueAndRequestNext,
  'argo-cd-issued': issue,
  'argo-cd-manifest-pending': issueAndRequestNext,
  'flux-pending': issueAndRequestNext,
  'flux-issued': issue,
  'flux-sealed-secrets-pending': issueAndRequestNext,
  'restart-patch': issue,
  'restart-fragment-kubectl': issue,
  'restart-fragment-argo-cd': issue,
  'restart-fragment-flux': issue,
};

/**
 * Makes `input/certificates/` of every situation that has none, with the real commands, and `ca.pem` where
 * one is named.
 */
export async function makeInputs(golden: string): Promise<void> {
  const ca = await testCa('releaf golden CA');
  for (const [situation, story] of Object.entries(STORIES)) {
    const input = join(golden, situation, 'input');
    if (existsSync(join(input, 'certificates'))) continue;
    const handWritten = filesIn(input);
    const root = folderOf({
      ...handWritten,
      'sealing.pem': SEALING_CERTIFICATE,
      'ca.pem': ca.certificate.pem,
    });
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    await story(teamIn(root, ca));
    cpSync(join(root, 'certificates'), join(input, 'certificates'), { recursive: true });
    if (handWritten['releaf.yaml']?.includes('ca: ca.pem'))
      cpSync(join(root, 'ca.pem'), join(input, 'ca.pem'));
  }
}

function teamIn(root: string, ca: LocalCa): Team {
  let day = 0;
  const run = async (argv: readonly string[], stdin?: string) => {
    const ran = await releaf([...argv, '-C', root], {
      now: daysAfter(day),
      ...(stdin !== undefined && { stdin }),
    });
    if (ran.status !== 0) throw new Error(`releaf ${argv.join(' ')} in ${root}: ${ran.stderr}`);
    day += 1;
  };
  return {
    releaf: (...argv) => run(argv),
    sign: () => run(['fetch', '--from', '-'], signPending(root, ca, daysAfter(day))),
    edit: (from, to) => {
      const config = join(root, 'releaf.yaml');
      writeFileSync(config, readFileSync(config, 'utf8').replaceAll(from, to));
    },
  };
}

import { ReleafError } from '../model/errors';
import { acceptCertificate } from '../rotation/accept-certificate';
import { readRecordedRequest } from '../rotation/coherence';
import {
  chainsIn,
  chainsToInstall,
  refuseSeveral,
  requestAnswered,
  type Chain,
} from '../rotation/match-certificates';
import { nothingPending, waitingOf, type Waiting } from '../rotation/waiting';
import { decode, readText } from '../store/text-file';
import { readCas } from '../store/ca-file';
import { openFolder, readCertificate, type Folder } from '../store/folder';
import type { Context, ExitStatus } from './context';
import { install, type Issue } from './install-certificates';
import { select } from './selection';

/** What `releaf fetch --from` was told on the command line. */
export interface FetchFlags {
  /** File name, or `-` for standard input. */
  readonly from: string;
  readonly allowOlder: boolean;
  readonly json: boolean;
}

/** `releaf fetch --from`: takes signed certificates, checks and installs them; then synth. */
export async function runFetch(
  context: Context,
  names: readonly string[],
  flags: FetchFlags,
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const specs = select(folder, names);
  const file = flags.from === '-' ? 'standard input' : flags.from;
  const pem =
    flags.from === '-' ? decode(await context.readInput(), file) : readText(flags.from, file);
  if (pem.trim() === '') {
    throw new ReleafError(
      'PEM_INVALID',
      `${file}: is empty`,
      'the request is not signed yet, or gone: kubectl get csr tells its condition',
    );
  }
  const chains = chainsIn(pem, file);
  const certificates = specs.map((spec) => readCertificate(folder, spec));
  const waiting = certificates.flatMap(({ spec, revisions }) => waitingOf(spec, revisions));
  const open = chainsToInstall(chains, certificates, file);
  const settled = chains.length > 0 && open.length === 0;
  if (!settled) {
    const idle = certificates.find(
      ({ spec, revisions }) => names.includes(spec.name) && waitingOf(spec, revisions).length === 0,
    );
    if (idle) throw nothingPending(idle.spec.name, idle.revisions);
    if (waiting.length === 0) {
      const withdrawn = certificates.some(({ revisions }) => revisions.at(-1)?.withdrawn);
      throw new ReleafError(
        'NOTHING_PENDING',
        'no request waits for a certificate',
        withdrawn ? 'one was rolled back; releaf status tells what next' : 'make one: releaf renew',
      );
    }
  }
  const issues = open.map((chain) => issueFor(context, folder, chain, waiting, file, flags));
  refuseSeveral(
    issues.map(({ pending }) => pending),
    file,
  );
  return install(context, folder, issues, flags.json);
}

function issueFor(
  context: Context,
  folder: Folder,
  chain: Chain,
  waiting: readonly Waiting[],
  file: string,
  { allowOlder }: FetchFlags,
): Issue {
  const { spec, pending, revisions } = requestAnswered(chain, waiting, file);
  readRecordedRequest(spec.name, pending);
  const cas = readCas(folder, spec);
  const accepted = acceptCertificate(spec, pending, chain.pem, file, {
    now: context.now,
    revisions,
    allowOlder,
    ...(cas && { cas }),
  });
  return { spec, pending, accepted };
}

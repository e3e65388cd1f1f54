import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { RequestRecord, SealedKey } from '../../lib/model/revision';
import type { LocalCa } from '../../lib/x509/local-ca';
import { daysAfter, filesIn, folderOf, read, releaf, type Files, type Ran } from '../harness';
import { signPending } from '../sign-pending';
import { traceOf } from '../untouched';

/** An object of `dist/`, as far as tests look at it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly encryptedData: Readonly<Record<string, string>>;
    readonly template: { readonly data: Readonly<Record<string, string>> };
  };
}

/** A team and its folder. Days are counted from the day on which tests take place. */
export class Team {
  readonly root: string;

  constructor(
    files: Files,
    private readonly ca: LocalCa,
  ) {
    this.root = folderOf(files);
  }

  /** Runs a command that succeeds. */
  async run(line: string, day = 0, stdin = ''): Promise<Ran> {
    const ran = await this.try(line, day, stdin);
    expect({ ...ran, stderr: ran.status === 0 ? '' : ran.stderr }).toMatchObject({
      status: 0,
      stderr: '',
    });
    return ran;
  }

  /** Runs a command, whatever comes of it. */
  try(line: string, day = 0, stdin = ''): Promise<Ran> {
    return releaf([...line.split(' '), '-C', this.root], { now: daysAfter(day), stdin });
  }

  /** Runs a command that is refused and writes nothing: what it says. */
  async refused(line: string, day = 0, stdin = ''): Promise<string> {
    const trace = traceOf(this.root);
    const { status, stdout, stderr } = await this.try(line, day, stdin);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(traceOf(this.root)).toEqual(trace);
    return stderr;
  }

  /** What the cluster signs on a day: all that is pending. */
  signed(day = 0): string {
    return signPending(this.root, this.ca, daysAfter(day));
  }

  /** Signs all that is pending, fetches it, and looks whether all is well. */
  async issue(day = 0): Promise<Ran> {
    const ran = await this.run('fetch --from -', day, this.signed(day));
    await this.run('verify', day);
    return ran;
  }

  /** Renews what is due and has it issued. */
  async renew(line = 'renew', day = 0): Promise<void> {
    await this.run(line, day);
    await this.issue(day);
  }

  edit(from: string | RegExp, to: string, file = 'releaf.yaml'): void {
    const before = this.read(file);
    const after = before.replace(from, to);
    expect(after).not.toBe(before);
    writeFileSync(join(this.root, file), after);
  }

  read(file: string): string {
    return read(this.root, file);
  }

  files(): Files {
    return filesIn(this.root);
  }

  record(revision: string): RequestRecord {
    return parse(this.read(`certificates/${revision}/request.yaml`)) as RequestRecord;
  }

  sealedKey(revision: string): SealedKey {
    return parse(this.read(`certificates/${revision}/private-key.yaml`)) as SealedKey;
  }

  objects(file: string): readonly Manifest[] {
    return parseAllDocuments(this.read(`dist/${file}`)).map((each) => each.toJS() as Manifest);
  }
}

/** Of another Sealed Secrets controller. */
export const anotherSealingCertificate = (): string =>
  execFileSync(
    'openssl',
    'req -x509 -newkey rsa:2048 -nodes -subj /CN=other -days 36500 -keyout /dev/null'.split(' '),
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );

import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { MARKER, renderCertificate } from '../lib/constructs/render';
import { certificateOf, type Pair } from './fleet';
import { MANIFESTS, PAIRS } from './inputs';

// node --expose-gc sample.js render|yaml|json|stream COUNT DIRECTORY: one sample in a process of its
// own. Prints the milliseconds of processor time of the timed section: no module is loaded, no input
// made and no code met for the first time in it.

/** How often the same work is done before it is timed. */
const WARM_UP = 500;

const YAML_OPTIONS = { keepUndefined: true, lineWidth: 0, version: '1.1' } as const;

const yamlOf = (objects: readonly object[]): string =>
  `${MARKER}\n${objects.map((object) => stringify(object, YAML_OPTIONS)).join('---\n')}`;

async function firstLines(file: string, count: number): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (lines.push(line) === count) break;
  }
  return lines;
}

/** Times `count` calls of `text`, each written to a file. */
function timed(count: number, output: string, text: (index: number) => string): number {
  const write = (index: number): void => {
    writeFileSync(join(output, `${index}.k8s.yaml`), text(index));
  };
  for (let index = 0; index < WARM_UP; index += 1) write(index % count);
  rmSync(output, { recursive: true });
  mkdirSync(output);
  gc!();
  const before = process.cpuUsage();
  for (let index = 0; index < count; index += 1) write(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function run(subject: string, count: number, directory: string): Promise<void> {
  const output = mkdtempSync(join(directory, 'output-'));
  const pairs = JSON.parse(readFileSync(join(directory, PAIRS), 'utf8')) as readonly Pair[];
  const render = (index: number): string => renderCertificate(certificateOf(pairs, index))!.text;
  if (subject === 'stream') {
    for (let index = 0; index < count; index += 1) {
      writeFileSync(join(output, `${index}.k8s.yaml`), render(index));
    }
  } else if (subject === 'render') {
    const certificates = Array.from({ length: count }, (_, index) => certificateOf(pairs, index));
    console.log(timed(count, output, (index) => renderCertificate(certificates[index]!)!.text));
  } else {
    const lines = await firstLines(join(directory, MANIFESTS), count);
    const manifests = lines.map((line) => JSON.parse(line) as readonly object[]);
    if (yamlOf(manifests[0]!) !== render(0)) throw new Error('the floor writes other bytes than releaf');
    const text = subject === 'yaml' ? yamlOf : JSON.stringify;
    console.log(timed(count, output, (index) => text(manifests[index]!)));
  }
  rmSync(output, { recursive: true });
}

const [subject = '', count, directory = ''] = process.argv.slice(2);
void run(subject, Number(count), directory);

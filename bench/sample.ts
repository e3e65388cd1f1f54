import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { MARKER, renderCertificate } from '../lib/constructs/render';
import { certificateOf, type Pair } from './fleet';
import { MANIFESTS, PAIRS } from './inputs';
import type { Sample } from './measure';

// node sample.js synth|stream COUNT DIRECTORY
//
// synth: prints a Sample. Neither the loading of modules nor the making of inputs is in it. releaf and
// its floors take turns every few certificates, so that whatever slows the machine slows all of them.
// stream: makes, renders and writes one certificate after the other; the parent looks at the memory.

/** How often the same work is done before it is timed, so that most of it runs as optimized code. */
const WARM_UP = 1000;
/** Certificates until the next takes its turn: long against a garbage collection, short against a neighbour. */
const TURN = 50;

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

async function synth(count: number, directory: string, output: string): Promise<Sample> {
  const pairs = readPairs(directory);
  const certificates = Array.from({ length: count }, (_, index) => certificateOf(pairs, index));
  const lines = await firstLines(join(directory, MANIFESTS), count);
  const manifests = lines.map((line) => JSON.parse(line) as readonly object[]);
  const texts = {
    releaf: (index: number) => renderCertificate(certificates[index]!)!.text,
    yaml: (index: number) => yamlOf(manifests[index]!),
    json: (index: number) => JSON.stringify(manifests[index]),
  };
  if (texts.yaml(0) !== texts.releaf(0))
    throw new Error('the floor writes other bytes than releaf');

  const cpu = { releaf: 0, yaml: 0, json: 0 };
  const turn = (start: number, end: number): void => {
    for (const subject of ['releaf', 'yaml', 'json'] as const) {
      const before = process.cpuUsage();
      for (let index = start; index < end; index += 1) {
        writeFileSync(join(output, subject, `${index}.k8s.yaml`), texts[subject](index));
      }
      const { user, system } = process.cpuUsage(before);
      cpu[subject] += (user + system) / 1000;
    }
  };
  const turns = (upTo: number): void => {
    for (let start = 0; start < upTo; start += TURN) turn(start, Math.min(start + TURN, upTo));
  };
  const start = (): void => {
    for (const subject of Object.keys(cpu)) {
      rmSync(join(output, subject), { recursive: true, force: true });
      mkdirSync(join(output, subject));
    }
    Object.assign(cpu, { releaf: 0, yaml: 0, json: 0 });
  };
  start();
  for (let left = WARM_UP; left > 0; left -= count) turns(Math.min(left, count));
  start();
  turns(count);
  return cpu;
}

function stream(count: number, directory: string, output: string): void {
  const pairs = readPairs(directory);
  for (let index = 0; index < count; index += 1) {
    const { file, text } = renderCertificate(certificateOf(pairs, index))!;
    writeFileSync(join(output, file), text);
  }
}

const readPairs = (directory: string): readonly Pair[] =>
  JSON.parse(readFileSync(join(directory, PAIRS), 'utf8')) as readonly Pair[];

async function run(mode: string, count: number, directory: string): Promise<void> {
  const output = mkdtempSync(join(directory, 'output-'));
  if (mode === 'stream') stream(count, directory, output);
  else console.log(JSON.stringify(await synth(count, directory, output)));
  rmSync(output, { recursive: true });
}

const [mode = '', count, directory = ''] = process.argv.slice(2);
void run(mode, Number(count), directory);

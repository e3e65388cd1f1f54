import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { MARKER } from '../lib/delivery/output-file';
import { renderCertificate } from '../lib/constructs/render';
import { certificateOf, type Pair } from './fleet';
import { MANIFESTS, PAIRS } from './inputs';
import type { Sample } from './measure';

// node sample.js synth DIRECTORY COUNT...: prints a Sample for each count. Neither the loading of
// modules nor the making of inputs is in it. releaf and its floors take turns every few certificates,
// so that whatever slows the machine slows all of them.
//
// node sample.js stream DIRECTORY COUNT: makes, renders and writes one certificate after the other; the
// parent looks at the memory.

/** How many are rendered before any is timed: by then V8 has optimized most of what runs. */
const WARM_UP = 3000;
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

async function synth(
  directory: string,
  output: string,
  counts: readonly number[],
): Promise<readonly Sample[]> {
  const pairs = readPairs(directory);
  const most = Math.max(...counts);
  const certificates = Array.from({ length: most }, (_, index) => certificateOf(pairs, index));
  const lines = await firstLines(join(directory, MANIFESTS), most);
  const manifests = lines.map((line) => JSON.parse(line) as readonly object[]);
  const texts = {
    releaf: (index: number) => renderCertificate(certificates[index]!)[0]!.text,
    yaml: (index: number) => yamlOf(manifests[index]!),
    json: (index: number) => JSON.stringify(manifests[index]),
  };
  if (texts.yaml(0) !== texts.releaf(0))
    throw new Error('the floor writes other bytes than releaf');

  const take = (count: number): Sample => {
    const folder = mkdtempSync(join(output, 'sample-'));
    const cpu = { releaf: 0, yaml: 0, json: 0 };
    for (let start = 0; start < count; start += TURN) {
      for (const subject of ['releaf', 'yaml', 'json'] as const) {
        const before = process.cpuUsage();
        for (let index = start; index < Math.min(start + TURN, count); index += 1) {
          writeFileSync(join(folder, `${index}.${subject}`), texts[subject](index));
        }
        const { user, system } = process.cpuUsage(before);
        cpu[subject] += (user + system) / 1000;
      }
    }
    rmSync(folder, { recursive: true });
    return cpu;
  };
  for (let warm = 0; warm < WARM_UP; warm += most) take(most);
  return counts.map(take);
}

function stream(directory: string, output: string, count: number): void {
  const pairs = readPairs(directory);
  for (let index = 0; index < count; index += 1) {
    const { file, text } = renderCertificate(certificateOf(pairs, index))[0]!;
    writeFileSync(join(output, file), text);
  }
}

const readPairs = (directory: string): readonly Pair[] =>
  JSON.parse(readFileSync(join(directory, PAIRS), 'utf8')) as readonly Pair[];

async function run(mode: string, directory: string, counts: readonly number[]): Promise<void> {
  const output = mkdtempSync(join(directory, 'output-'));
  if (mode === 'stream') stream(directory, output, counts[0]!);
  else console.log(JSON.stringify(await synth(directory, output, counts)));
  rmSync(output, { recursive: true });
}

const [mode = '', directory = '', ...counts] = process.argv.slice(2);
void run(mode, directory, counts.map(Number));

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoScenes } from '../demo-svg/demo-scenes';
import { terminalSvg } from '../demo-svg/terminal-svg';
import { ROOT, releaf } from './process';

const FILE = join(ROOT, 'docs/demo.svg');

const DESCRIPTION = `A terminal tells a story in four screens. The certificate of KES has expired, and releaf plan says that it is due.
releaf renew makes a new request, whose key is sealed and forgotten. It is signed, and releaf fetch checks and installs the certificate.
The restart annotation has a new value; releaf renew has nothing more to do, and releaf verify says that all is right.`;

/** Without what is another at each run. */
const lasting = (svg: string): string =>
  svg
    .replace(/\b([0-9a-f]{64}|[0-9a-f]{32})\b/g, 'hex')
    .replace(/kes-2-[0-9a-f]{8}/g, 'kes-2-hex')
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d\.\d{3})?/g, 'time');

it('docs/demo.svg shows what releaf demo prints today', async () => {
  const { status, stdout } = await releaf(['demo']);
  expect(status).toBe(0);
  const drawn = terminalSvg(demoScenes(stdout), { title: 'releaf demo', description: DESCRIPTION });
  expect(Buffer.byteLength(drawn)).toBeLessThan(60_000);
  // The same story with other serials is no reason for another picture.
  if (process.env['UPDATE_DOCS'] && lasting(drawn) !== lasting(committed())) {
    writeFileSync(FILE, drawn);
  }
  expect(lasting(committed())).toBe(lasting(drawn));
});

function committed(): string {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}

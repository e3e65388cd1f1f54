import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadCertificates } from './lib';
import { renderCertificate } from './lib/constructs/render';

// The app of cdk8s.yaml: `cdk8s synth` and every command of releaf come here, for the very bytes of `releaf synth` in a folder
// without an app. An app that places more than certificates uses the library: docs/library.md.
const root = resolve(__dirname, '..');
const output = resolve(root, process.env['CDK8S_OUTDIR'] ?? 'dist');
mkdirSync(output, { recursive: true });
for (const certificate of loadCertificates(root).values()) {
  for (const { file, text } of renderCertificate(certificate)) {
    writeFileSync(join(output, file), text);
  }
}

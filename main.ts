import { resolve } from 'node:path';
import { openFolder, Staging, synthesize } from './lib';

// `cdk8s synth` and `npm run synth` come here; `releaf synth` does the same without any of this.
const root = resolve(__dirname, '..');
const staging = new Staging(root);
staging.sweep();
try {
  synthesize(openFolder(root), staging, process.env['CDK8S_OUTDIR']);
} finally {
  staging.close();
}

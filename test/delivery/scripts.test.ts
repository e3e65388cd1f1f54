import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scriptText, type ScriptName } from '../../lib/delivery/scripts';
import { onPath, SCRIPTS } from './run-script';

const NAMES = readdirSync(SCRIPTS) as ScriptName[];

describe.each(NAMES)('%s', (name) => {
  it('has nothing that Flux would substitute, and no carriage return', () => {
    expect(scriptText(name)).toBe(readFileSync(join(SCRIPTS, name), 'utf8'));
    expect(scriptText(name)).not.toMatch(/\$\{|\r/);
  });

  // .ci/run installs shellcheck.
  const isThere = onPath('shellcheck') !== undefined || process.env['CI'] !== undefined;
  (isThere ? it : it.skip)(
    'is POSIX sh without a finding of shellcheck, where that is installed',
    () => {
      execFileSync('shellcheck', ['--shell=sh', join(SCRIPTS, name)], { stdio: 'inherit' });
    },
  );
});

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { scriptText, type ScriptName } from '../../lib/delivery/scripts';
import { isInstalled, SCRIPTS } from './run-script';

const NAMES = readdirSync(SCRIPTS) as ScriptName[];

describe.each(NAMES)('%s', (name) => {
  it('has nothing that Flux would substitute, and no carriage return', () => {
    expect(scriptText(name)).toMatch(/^#!\/bin\/sh\n/);
    expect(scriptText(name)).not.toMatch(/\$\{|\$\$|\r/);
  });

  (isInstalled('shellcheck') ? it : it.skip)(
    'is POSIX sh without a finding of shellcheck, where that is installed',
    () => {
      execFileSync('shellcheck', ['--shell=sh', join(SCRIPTS, name)], { stdio: 'inherit' });
    },
  );
});

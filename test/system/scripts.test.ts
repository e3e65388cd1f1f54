import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SCRIPTS } from '../delivery/run-script';

it.each(readdirSync(SCRIPTS))('%s is POSIX sh without a finding of shellcheck', (name) => {
  execFileSync('shellcheck', ['--shell=sh', join(SCRIPTS, name)], { stdio: 'inherit' });
});

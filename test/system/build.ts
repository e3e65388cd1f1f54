import { execFileSync } from 'node:child_process';
import { ROOT } from './process';

/** Compiles what has changed since the last build. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
}

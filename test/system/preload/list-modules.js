/** Writes the names of the packages that the program loaded to the file `MODULES_LOG` when it ends. */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { register } = require('node:module');

const { MODULES_LOG } = process.env;
const IMPORTED = `${MODULES_LOG}.imported`;

// ES modules are not in `require.cache`; these hooks run on a thread of their own.
const hooks = `
import { appendFileSync } from 'node:fs';
export function load(url, context, next) {
  appendFileSync(${JSON.stringify(IMPORTED)}, url + '\\n');
  return next(url, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

process.on('exit', () => {
  const imported = existsSync(IMPORTED) ? readFileSync(IMPORTED, 'utf8').split('\n') : [];
  const packages = [...Object.keys(require.cache), ...imported].flatMap((file) => {
    const [, name] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
    return name === undefined ? [] : [name];
  });
  writeFileSync(MODULES_LOG, [...new Set(packages)].sort().join('\n'));
});

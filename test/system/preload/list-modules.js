/** Writes the names of the packages that the program loaded to the file `MODULES_LOG` when it ends. */
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const packages = Object.keys(require.cache).flatMap((file) => {
    const [, name] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
    return name === undefined ? [] : [name];
  });
  writeFileSync(process.env.MODULES_LOG, [...new Set(packages)].sort().join('\n'));
});

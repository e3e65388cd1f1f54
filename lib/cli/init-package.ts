import { dirname, join } from 'node:path';
import { packed } from '../config/init/ci-files';
import { shellWord } from '../model/shell-word';
import { readApp } from '../store/app-output';
import { shownPath } from '../store/shown-path';
import { readTextIfThere } from '../store/text-file';
import type { Context } from './context';
import { packageVersion } from './package';

/**
 * The commands that bring releaf to where it will run besides here: to CI, and to an app of cdk8s.
 *
 * @param top - of the repository
 * @param runsInCi - whether CI was just told to run it
 */
export function packageCommands(
  { folder }: Pick<Context, 'folder'>,
  root: string,
  top: string,
  runsInCi: boolean,
): readonly string[] {
  const tarball = `/path/to/releaf-${packageVersion()}.tgz`;
  const forCi = join(top, packed(packageVersion()));
  // What the workflow asks, too.
  const copied = runsInCi && !says(top, 'package-lock.json', '"node_modules/releaf"');
  const from = copied ? shellWord(shownPath(root, forCi)) : tarball;
  const installed =
    readApp(root) !== undefined &&
    ![root, top].some((one) => says(one, 'package.json', '"releaf"'));
  const into = join(folder, shownPath(root, dirname(forCi)));
  const install = `npm install ${from}`;
  return [
    ...(copied
      ? [
          `cp ${tarball} ${shellWord(into)}/   # releaf is not published yet; CI installs it from there`,
        ]
      : []),
    ...(installed ? [folder === '.' ? install : `(cd ${shellWord(folder)} && ${install})`] : []),
  ];
}

const says = (folder: string, file: string, word: string): boolean =>
  readTextIfThere(join(folder, file), file)?.includes(word) ?? false;

import { posix } from 'node:path';
import { didYouMean, textShape } from './text-shape';

const SEGMENT = '(?!\\.\\.?(?:/|$))[^/\\\\\\p{Cc}\\p{Cs}]+';
const FILE = `^(?!~|[A-Za-z]:)(?:\\./)?${SEGMENT}(?:/${SEGMENT})*$`;

/** Slashes on every system; what it leads to is below the folder also once links are followed (lib/store/path-inside.ts). */
export const RELATIVE_FILE = textShape({
  allowed:
    'a file is a path inside the folder of the config, such as tls/ca.pem: no leading / or ~, no drive letter, .., backslash or control character',
  pattern: FILE,
  maxLength: 1000,
  hint(text) {
    // As Windows writes it; the config is the same on every machine.
    const path = text.replaceAll('\\', '/');
    const [above] = /^\.\.(?:\/\.\.)*(?=\/|$)/.exec(posix.normalize(path)) ?? [];
    if (above !== undefined) return `put the config where both are below it, such as into ${above}`;
    return path === text ? undefined : didYouMean(path, new RegExp(FILE, 'u'));
  },
});

/** May lead out of the folder, unlike {@link RELATIVE_FILE}: relative to the config that says it. */
export const EXTENDS = textShape({
  allowed: 'extends is the path of another config, such as ../base.yaml',
  pattern: '^[^\\p{Cc}\\p{Cs}]+$',
  maxLength: 1000,
});

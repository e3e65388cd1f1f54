import { didYouMean, textShape } from './text-shape';

const SEGMENT = '(?!\\.\\.?(?:/|$))[^/\\\\\\p{Cc}\\p{Cs}]+';
const FILE = `^(?!~|[A-Za-z]:)(?:\\./)?${SEGMENT}(?:/${SEGMENT})*$`;

export const RELATIVE_FILE = textShape({
  allowed:
    'a file is a path inside the folder of the config, such as tls/ca.pem: no leading / or ~, no drive letter, .., backslash or control character',
  pattern: FILE,
  maxLength: 1000,
  // As Windows writes it; the config is the same on every machine.
  hint: (text) =>
    text.includes('\\') ? didYouMean(text.replaceAll('\\', '/'), new RegExp(FILE, 'u')) : undefined,
});

export const EXTENDS = textShape({
  allowed: 'extends is the path of another config, such as ../base.yaml',
  pattern: '^[^\\p{Cc}\\p{Cs}]+$',
  maxLength: 1000,
});

import { textShape } from './text-shape';

const SEGMENT = '(?!\\.\\.?(?:/|$))[^/\\\\\\p{Cc}\\p{Cs}]+';

export const RELATIVE_FILE = textShape({
  allowed:
    'a file is a path inside the folder of the config, such as tls/ca.pem: no leading / or ~, no drive letter, .., backslash or control character',
  pattern: `^(?!~|[A-Za-z]:)(?:\\./)?${SEGMENT}(?:/${SEGMENT})*$`,
  maxLength: 1000,
});

export const EXTENDS = textShape({
  allowed: 'extends is the path of another config, such as ../base.yaml',
  pattern: '^[^\\p{Cc}\\p{Cs}]+$',
  maxLength: 1000,
});

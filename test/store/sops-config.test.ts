import { join } from 'node:path';
import { readSopsRules } from '../../lib/store/sops-config';
import { POST_QUANTUM, X25519 } from '../age-identities';
import { folderOf, read, removeFolders, VECTORS, type Files } from '../harness';

afterAll(removeFolders);

const [x, pq] = [X25519.recipient, POST_QUANTUM.recipient];
const OUTPUT = 'dist/web.sops.yaml';

const recipientsIn = (files: Files, folder = '.', output = OUTPUT): unknown =>
  readSopsRules(join(folderOf(files), folder))?.recipientsFor(output);

const rules = (text: string): Files => ({ '.sops.yaml': `creation_rules:\n${text}` });

it.each([
  ['one', `  - age: ${x}`, [x]],
  ['several with commas, over several lines', `  - age: >-\n      ${x},\n      ${pq}`, [x, pq]],
  ['a list', `  - age: [${x}, ${pq}]`, [x, pq]],
  ['a key group', `  - key_groups: [{ age: [${pq}] }]\n    age: ${x}`, [pq]],
  [
    'beside what sops would do with its own files',
    `  - age: ${x}\n    encrypted_regex: ^data$\n    mac_only_encrypted: true\n    shamir_threshold: 1`,
    [x],
  ],
  ['the first rule that matches', `  - path_regex: ^other/\n    age: ${pq}\n  - age: ${x}`, [x]],
  ['a rule for everything before', `  - age: ${x}\n  - path_regex: dist\n    age: ${pq}`, [x]],
])('takes the recipients of the rule: %s', (_, text, recipients) => {
  expect(recipientsIn(rules(text))).toEqual(recipients);
});

it('agrees with the real sops about which rule is for which file', () => {
  const text = read(VECTORS, 'sops/.sops.yaml');
  const chosen = ['x25519', 'pq', 'several', 'whole-mac'].map((name) =>
    recipientsIn({ '.sops.yaml': text }, '.', `${name}.sops.yaml`),
  );
  expect(chosen).toEqual([[x], [pq], [x, pq], [x]]);
});

it('looks in the folders above, and holds path_regex against the path from there', () => {
  const text = `  - path_regex: ^clusters/eu/dist/\n    age: ${x}`;
  const root = folderOf({ ...rules(text), 'clusters/eu/x': '', '.git/HEAD': '' });
  const read = readSopsRules(join(root, 'clusters/eu'));
  expect(read?.file).toBe('../../.sops.yaml');
  expect(read?.recipientsFor(OUTPUT)).toEqual([x]);
});

it('takes the nearest', () => {
  const files = { ...rules(`  - age: ${pq}`), '.git/HEAD': '' };
  const nearer = { 'eu/.sops.yaml': `creation_rules: [{ age: ${x} }]` };
  expect(recipientsIn({ ...files, ...nearer }, 'eu')).toEqual([x]);
});

it.each([
  ['the repository', { 'repository/.git/HEAD': '' }],
  ['the repository, of which this is a worktree', { 'repository/.git': 'gitdir: elsewhere' }],
  ['the folder, where there is no repository: what lies there is of others', {}],
])('does not look above %s', (_, files: Files) => {
  const above = { ...rules(`  - age: ${x}`), 'repository/releaf.yaml': '', ...files };
  expect(readSopsRules(join(folderOf(above), 'repository'))).toBeUndefined();
});

const OTHERS =
  'for dist/web.sops.yaml, is not only of age recipients, and releaf seals for no others';

it.each([
  [
    'no rule matches',
    `  - path_regex: ^x\n    age: ${x}`,
    'no creation rule matches dist/web.sops.yaml',
  ],
  [
    'PGP as well',
    `  - age: ${x}\n    pgp: ABCD`,
    `creation_rules[0], ${OTHERS} (Unrecognized key: "pgp")`,
  ],
  [
    'KMS in a group',
    `  - key_groups: [{ age: [${x}], kms: [{ arn: x }] }]`,
    `creation_rules[0], ${OTHERS} (key_groups.0: Unrecognized key: "kms")`,
  ],
  [
    'several groups',
    `  - key_groups: [{ age: [${x}] }, { age: [${pq}] }]`,
    `creation_rules[0], ${OTHERS} (key_groups: several key groups share the key among them (Shamir), which releaf does not)`,
  ],
  ['no recipient', `  - age: ''`, 'creation_rules[0]: there is no recipient'],
  [
    'an SSH key',
    `  - age: ssh-ed25519 AAAA`,
    'creation_rules[0]: "ssh-ed25519 AAAA" is an SSH key, which releaf does not seal for',
  ],
  [
    'lookahead',
    `  - path_regex: (?=dist)\n    age: ${x}`,
    'cannot tell what path_regex "(?=dist)" matches; write it simpler',
  ],
  [
    'an identity where a key belongs',
    `  - age: ${x}\n    AGE-SECRET-KEY-1QQQQQQ: true\n    pgp: ABCD`,
    `creation_rules[0], ${OTHERS} (Unrecognized key: [private key], "pgp")`,
  ],
  [
    'an identity as a pattern',
    `  - path_regex: (?=AGE-SECRET-KEY-1QQQQQQ)`,
    'cannot tell what path_regex [private key] matches; write it simpler',
  ],
  [
    'an identity within a recipient',
    `  - age: x AGE-SECRET-KEY-1QQQQQQ`,
    'creation_rules[0]: a text with AGE- in it is a secret key',
  ],
  ['conflict', '<<<<<<< a\n=======\n>>>>>>> b', 'holds the markers of a merge conflict'],
  [
    'no rules',
    '',
    'has no creation_rules that can be read (creation_rules: Invalid input: expected array, received null)',
  ],
])('refuses: %s', (_, text, message) => {
  expect(() => recipientsIn(rules(text))).toThrow(
    expect.objectContaining({
      code: 'SEALING_RECIPIENTS',
      message: `.sops.yaml: ${message}`,
    }) as Error,
  );
});

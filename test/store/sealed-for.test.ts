import type { ReleafError } from '../../lib/model/errors';
import type { Revision } from '../../lib/model/revision';
import { openFolder } from '../../lib/store/folder';
import { sealedForIn, sopsRecipientsIn } from '../../lib/store/sealed-for';
import { POST_QUANTUM, X25519 } from '../age-identities';
import { folderOf, removeFolders, WEB_CONFIG, type Files } from '../harness';

afterAll(removeFolders);

const [x, pq] = [X25519.recipient, POST_QUANTUM.recipient];

const config = (sealing: string, secret = ''): string =>
  WEB_CONFIG.replace(/sealing: .*/, `sealing: ${sealing}`).replace('web-tls', `web-tls${secret}`);

const SOPS = config('{ type: sops }');
const PER_REVISION = config('{ type: sops }', ', naming: perRevision');
/** Each revision has recipients of its own. */
const RULES = `creation_rules:
  - { path_regex: '^dist/web\\.sops\\.yaml$', age: ${x} }
  - { path_regex: '^dist/web\\.2\\.sops\\.yaml$', age: ${pq} }
  - { path_regex: '\\.[0-9]+\\.sops\\.yaml$', age: '${x},${pq}' }
`;

const open = (files: Files) => {
  const folder = openFolder(folderOf(files));
  const [spec] = folder.config.certificates;
  return { folder, spec: spec! };
};

describe('sopsRecipientsIn', () => {
  it.each([
    ['one Secret for all', SOPS, [[x], [x], [x]]],
    ['a Secret for each revision', PER_REVISION, [[x, pq], [pq], [x, pq]]],
  ])('takes the rule for the file that the revision will have: %s', (_, text, recipients) => {
    const { folder, spec } = open({ 'releaf.yaml': text, '.sops.yaml': RULES });
    const recipientsOf = sopsRecipientsIn(folder);
    expect([1, 2, 3].map((revision) => recipientsOf(spec, revision))).toEqual(
      recipients.map((each) => ({ recipients: each, file: '.sops.yaml' })),
    );
  });

  const APP = { 'cdk8s.yaml': 'app: node main.js\noutput: manifests\n' };

  it('refuses to choose a rule for an app, which names its files itself', () => {
    const { folder, spec } = open({ 'releaf.yaml': SOPS, '.sops.yaml': RULES, ...APP });
    expect(() => sopsRecipientsIn(folder)(spec, 1)).toThrow(
      expect.objectContaining({
        code: 'SEALING_RECIPIENTS',
        message:
          'web: the app of cdk8s.yaml names its files itself, so no creation rule of .sops.yaml can be chosen',
        hint: 'name age recipients in sealing.recipients of the config',
      }) as Error,
    );
  });

  it('takes those of the config, with an app as well', () => {
    const text = config(`{ type: sops, recipients: [${pq}] }`);
    const { folder, spec } = open({ 'releaf.yaml': text, '.sops.yaml': RULES, ...APP });
    expect(sopsRecipientsIn(folder)(spec, 1)).toEqual({ recipients: [pq] });
  });
});

describe('sealedForIn', () => {
  const asked = (files: Files, newest?: Pick<Revision, 'number'>) => {
    const { folder, spec } = open(files);
    const problems: ReleafError[] = [];
    const sealedFor = sealedForIn(folder, (error) => problems.push(error));
    return { found: sealedFor(spec, newest as Revision | undefined), problems };
  };

  it('compares the newest revision by its own number', () => {
    const files = { 'releaf.yaml': PER_REVISION, '.sops.yaml': RULES };
    expect(asked(files, { number: 2 })).toEqual({ found: { recipients: [pq] }, problems: [] });
    expect(asked(files, { number: 3 })).toEqual({ found: { recipients: [x, pq] }, problems: [] });
  });

  it.each([
    ['.sops.yaml', SOPS],
    ['a sealing certificate', WEB_CONFIG],
  ])('says nothing where there is no %s', (_, text) => {
    expect(asked({ 'releaf.yaml': text })).toEqual({ found: undefined, problems: [] });
  });

  it('tells of a sealing certificate that is not there where it is asked to', () => {
    const { folder, spec } = open({ 'releaf.yaml': WEB_CONFIG });
    const problems: ReleafError[] = [];
    const sealedFor = sealedForIn(folder, (error) => problems.push(error), 'told');
    expect(sealedFor(spec, undefined)).toBeUndefined();
    expect(problems).toMatchObject([
      {
        message: 'sealing.pem: there is no such file',
        hint: "write the controller's own certificate there: releaf doctor --sealing-certificate > sealing.pem, or kubeseal --fetch-cert",
      },
    ]);
  });

  it.each([
    ['an empty sealing certificate', WEB_CONFIG, { 'sealing.pem': '\n' }, 'SEALING_CERTIFICATE'],
    ['.sops.yaml', SOPS, { '.sops.yaml': 'creation_rules: []' }, 'SEALING_RECIPIENTS'],
    ['a sealing certificate', WEB_CONFIG, { 'sealing.pem': 'x' }, 'PEM_INVALID'],
  ])('tells of %s that cannot be used, and goes on', (_, text, files: Files, code) => {
    expect(asked({ 'releaf.yaml': text, ...files })).toMatchObject({
      found: undefined,
      problems: [{ code }],
    });
  });
});

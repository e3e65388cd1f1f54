import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, removeFolders } from '../harness';
import {
  KUBECTL,
  standIn,
  type Call,
  type Condition,
  type LiveRequest,
  type StandIn,
  type State,
} from './kubectl-stand-in';
import { programs, runScript, SCRIPTS, SHELLS, type Ended } from './run-script';

const COMMITTED = {
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'it', labels: { 'releaf.dev/certificate': 'kes' } },
  spec: {
    request: 'b3Vycw==',
    signerName: 'example.com/signer',
    expirationSeconds: 7_776_000,
    usages: ['digital signature', 'server auth'],
  },
};

const PEM = '-----BEGIN CERTIFICATE-----\nsigned "1"\n-----END CERTIFICATE-----\n';
const certificate = Buffer.from(PEM).toString('base64');
const KEPT = { data: { 'certificate.pem': PEM } };

const condition = (type: string, reason = '', message = ''): Condition => ({
  type,
  status: 'True',
  reason,
  message,
});

const live = (spec: object = {}, status: LiveRequest['status'] = {}): LiveRequest => ({
  ...COMMITTED,
  metadata: { ...COMMITTED.metadata, uid: 'live', resourceVersion: '7' },
  spec: { ...COMMITTED.spec, username: 'jane', ...spec },
  status,
});

afterAll(removeFolders);

describe.each(SHELLS)('issue.sh, with %s', (shell) => {
  const path = programs(shell, { kubectl: KUBECTL });

  /** Runs it so many times, one after the other. */
  async function play(
    state: State,
    env: Readonly<Record<string, string | undefined>> = {},
    times = 1,
  ): Promise<Ended & State & Pick<StandIn, 'calls'> & { readonly asked: readonly Call[] }> {
    const root = folderOf({ 'request.yaml': JSON.stringify(COMMITTED), 'work/.keep': '' });
    const script = join(root, 'issue.sh');
    copyFileSync(join(SCRIPTS, 'issue.sh'), script);
    let kill = (): void => undefined;
    const {
      state: now,
      calls,
      close,
      ...kubectl
    } = standIn(root, { configMap: {}, ...state }, () => {
      kill();
    });
    let ended: Ended = { status: 0, log: '' };
    for (let run = 0; run < times; run++) {
      const running = runScript(script, {
        ...kubectl.env,
        PATH: path,
        HOME: join(root, 'work'),
        CERTIFICATE_CONFIG_MAP: 'it-certificate',
        APPROVE: 'automatic',
        ROUNDS: '4',
        PAUSE: '0',
        ...env,
      });
      kill = running.kill;
      ended = await running.ended;
    }
    close();
    return { ...ended, ...now(), calls, asked: calls.map(([call]) => call) };
  }

  it('creates the request, compares and approves it, waits for the signer and keeps the certificate', async () => {
    const { status, log, asked, request, configMap } = await play({ signs: { certificate } });
    expect(log).toBe(
      'it: created\nit: approved\nit: issued; the certificate is in the ConfigMap it-certificate\n',
    );
    expect(status).toBe(0);
    expect(asked).toEqual([
      ...['get configmap', 'get request', 'create request'],
      ...['get configmap', 'get request', 'approve'],
      ...['get configmap', 'get request', 'patch configmap'],
    ]);
    expect(request?.spec).toEqual(COMMITTED.spec);
    expect(configMap).toEqual(KEPT);
  });

  it('approves the very object that it compared, with all that stands in it', async () => {
    const other = condition('Example', 'Other', 'of somebody else');
    const { calls } = await play({ request: live({}, { conditions: [other] }) });
    expect(calls.filter(([call]) => call === 'approve')).toEqual([
      [
        'approve',
        live(
          {},
          {
            conditions: [
              other,
              condition('Approved', 'ReleafApproved', 'is the request committed to Git'),
            ],
          },
        ),
      ],
    ]);
  });

  it.each<[string, State, string[]]>([
    [
      'takes a request that exists already',
      { request: live({ usages: ['server auth', 'digital signature'] }), signs: { certificate } },
      ['it: approved', 'it: issued; the certificate is in the ConfigMap it-certificate'],
    ],
    [
      'takes one that somebody else approved',
      { request: live({}, { conditions: [condition('Approved')], certificate }) },
      ['it: issued; the certificate is in the ConfigMap it-certificate'],
    ],
    [
      'overwrites what somebody else has put into the ConfigMap',
      {
        configMap: { data: { 'certificate.pem': 'planted' } },
        request: live({}, { conditions: [condition('Approved')], certificate }),
      },
      ['it: issued; the certificate is in the ConfigMap it-certificate'],
    ],
    [
      'gets another certificate when the request is gone and one was kept',
      { configMap: KEPT, signs: { certificate } },
      [
        'it: created',
        'it: approved',
        'it: issued; the certificate is in the ConfigMap it-certificate',
      ],
    ],
  ])('%s', async (_, state, lines) => {
    const { status, log, configMap } = await play(state);
    expect(log.trimEnd().split('\n')).toEqual(lines);
    expect(status).toBe(0);
    expect(configMap).toEqual(KEPT);
  });

  it.each<[string, object, string]>([
    ['request', { request: 'dGhlaXJz' }, 'request dGhlaXJz'],
    ['signerName', { signerName: 'example.com/other' }, 'signerName example.com/other'],
    ['expirationSeconds', { expirationSeconds: 600 }, 'expirationSeconds 600'],
    ['expirationSeconds', { expirationSeconds: undefined }, 'expirationSeconds '],
    [
      'usages',
      { usages: ['digital signature', 'server auth', 'client auth'] },
      'usages client auth',
    ],
    ['usages', { usages: ['server auth'] }, 'committed: usages digital signature'],
    [
      'request signerName',
      { request: 'dGhlaXJz', signerName: 'example.com/other' },
      'request dGhlaXJz',
    ],
  ])('stops at a planted request, unapproved: %s', async (fields, spec, shown) => {
    const { status, log, asked } = await play({
      request: live(spec, { conditions: [condition('Approved')], certificate }),
    });
    expect(log).toContain(
      `error: it: the live request is not the committed one, in ${fields}; it was created by jane; nothing is approved\n`,
    );
    expect(log).toContain(shown);
    expect(log).toContain('delete it (kubectl delete csr it) and this Job');
    expect(status).toBe(3);
    expect(asked).toEqual(['get configmap', 'get request']);
  });

  it('is not deceived by a name of its creator that looks like more of the request', async () => {
    const spec = {
      request: 'dGhlaXJz',
      username: 'jane\nrequest b3Vycw==\nrequest dGhlaXJz\nname it',
    };
    const { status, log } = await play({ request: live(spec) });
    expect(log).toContain('is not the committed one, in request; it was created by jane;');
    expect(status).toBe(3);
  });

  it('compares again when another request took the place of the one it compared', async () => {
    const planted = {
      ...live({ request: 'dGhlaXJz' }),
      metadata: { uid: 'planted', resourceVersion: '9' },
    };
    const { status, log, request } = await play({ request: live(), swap: planted });
    expect(log).toContain('it: changed between the look at it and the approval; looking again\n');
    expect(log).toContain('error: it: the live request is not the committed one, in request;');
    expect(status).toBe(3);
    expect(request).toEqual(planted);
  });

  it('creates the request again when it was deleted between the look at it and the approval', async () => {
    const { status, log, configMap } = await play(
      { request: live(), swap: 'nothing', signs: { certificate } },
      { ROUNDS: '5' },
    );
    expect(log).toBe(
      'it: changed between the look at it and the approval; looking again\n' +
        'it: created\nit: approved\nit: issued; the certificate is in the ConfigMap it-certificate\n',
    );
    expect(status).toBe(0);
    expect(configMap).toEqual(KEPT);
  });

  it('approves what was merely touched in between, at the second look', async () => {
    const touched = { ...live(), metadata: { uid: 'live', resourceVersion: '8' } };
    const { status, log } = await play({ request: live(), swap: touched, signs: { certificate } });
    expect(log).toBe(
      'it: changed between the look at it and the approval; looking again\n' +
        'it: approved\nit: issued; the certificate is in the ConfigMap it-certificate\n',
    );
    expect(status).toBe(0);
  });

  it.each<[string, State, string]>([
    [
      'a denial',
      { request: live({}, { conditions: [condition('Denied', 'Policy', 'not here\u001b[2J')] }) },
      'error: it: denied: Policy: not here [2J\na denial is final; once its reason is gone, make another request: releaf renew kes --force\n',
    ],
    [
      'a failure of the signer',
      { signs: { failed: condition('Failed', 'SignerValidationFailure', 'no names') } },
      'it: created\nit: approved\nerror: it: example.com/signer failed to sign it: SignerValidationFailure: no names\n' +
        'a failure is final; once the config is corrected, make another request: releaf renew kes --force\n',
    ],
    [
      'a request that the API server does not take',
      { refuses: { 'create request': ['Invalid', 'spec.usages: Unsupported value'] } },
      'error: cannot create certificatesigningrequests.certificates.k8s.io it: The CertificateSigningRequest "it" is invalid: spec.usages: Unsupported value\n' +
        'make another request: releaf renew kes --force\n',
    ],
  ])('explains %s, which no other try can mend', async (_, state, explained) => {
    const { status, log } = await play(state);
    expect(log).toBe(explained);
    expect(status).toBe(3);
  });

  it.each<[string, State, string]>([
    ['a signer that is silent', {}, 'it: approved; waiting for example.com/signer to sign it'],
    [
      'a ConfigMap that is not there',
      { configMap: undefined },
      'cannot get configmaps it-certificate yet: Error from server (NotFound): configmaps "it-certificate" not found',
    ],
    [
      'an API server that is not well',
      { refuses: { 'get request': ['InternalError', 'etcd is slow'] } },
      'cannot get certificatesigningrequests.certificates.k8s.io it yet: Error from server (InternalError): etcd is slow',
    ],
  ])('waits for %s, says so once, and gives up in the end', async (_, state, waiting) => {
    const { status, log, asked } = await play({ configMap: {}, ...state }, { ROUNDS: '6' });
    expect(log).toContain(
      `${waiting}\nerror: gave up: ${waiting}\nsee that who is waited for is at work; the Job tries again, and is made anew when it is deleted\n`,
    );
    expect(log.split(waiting)).toHaveLength(3);
    expect(status).toBe(1);
    expect(asked.filter((call) => call === 'get configmap')).toHaveLength(6);
  });

  const cannot = (verb: string, resource: string): readonly [string, string] => [
    'Forbidden',
    `${resource} is forbidden: User "sa" cannot ${verb} resource`,
  ];

  it.each<[call: Call, right: string, said: readonly [string, string]]>([
    [
      'get configmap',
      'get configmaps it-certificate',
      cannot('get', 'configmaps "it-certificate"'),
    ],
    [
      'get request',
      'get certificatesigningrequests.certificates.k8s.io it',
      cannot('get', 'certificatesigningrequests "it"'),
    ],
    [
      'create request',
      'create certificatesigningrequests.certificates.k8s.io it',
      cannot('create', 'certificatesigningrequests'),
    ],
    [
      'approve',
      'update certificatesigningrequests.certificates.k8s.io/approval it',
      cannot('update', 'certificatesigningrequests "it"'),
    ],
    [
      'approve',
      'approve signers.certificates.k8s.io example.com/signer',
      [
        'Forbidden',
        'certificatesigningrequests "it" is forbidden: user not permitted to approve requests with signerName "example.com/signer"',
      ],
    ],
    [
      'patch configmap',
      'patch configmaps it-certificate',
      cannot('patch', 'configmaps "it-certificate"'),
    ],
  ])('names the right that is missing for %s: %s', async (call, right, [reason, text]) => {
    const { status, log, asked } = await play({
      signs: { certificate },
      refuses: { [call]: [reason, text] },
    });
    expect(log).toMatch(/^error: .*\n.*\n$/m);
    expect(log).toContain(`error: may not ${right}: Error from server (Forbidden): ${text}\n`);
    expect(log).toContain('apply the roles and bindings that stand beside this Job in Git');
    expect(status).toBe(1);
    expect(asked.at(-1)).toBe(call);
  });

  describe('with APPROVE=manual', () => {
    const manual = { APPROVE: 'manual' };

    it('creates the request, compares it, and leaves it to a person', async () => {
      const { status, log, asked } = await play({}, manual);
      expect(log).toBe(
        'it: created\nit: is the committed request; a person approves it: releaf approve kes\n',
      );
      expect(status).toBe(0);
      expect(asked).not.toContain('approve');
    });

    it('stops at a planted request', async () => {
      const { status, log } = await play({ request: live({ request: 'dGhlaXJz' }) }, manual);
      expect(log).toContain('is not the committed one, in request;');
      expect(status).toBe(3);
    });

    it('keeps a certificate that is there already', async () => {
      const { status, configMap } = await play(
        { request: live({}, { conditions: [condition('Approved')], certificate }) },
        manual,
      );
      expect(status).toBe(0);
      expect(configMap).toEqual(KEPT);
    });
  });

  const CALLS = 9;
  it.each(
    [...Array(CALLS).keys()].flatMap((index) =>
      (['before', 'after'] as const).map((when) => ({ when, call: index + 1 })),
    ),
  )(
    'cut off $when the API server does call $call and run again, ends as if nothing had happened',
    async (cutAt) => {
      const { status, configMap, request, calls } = await play(
        { signs: { certificate }, cutAt },
        {},
        2,
      );
      expect(calls.length).toBeGreaterThan(cutAt.call);
      expect(status).toBe(0);
      expect(configMap).toEqual(KEPT);
      expect(request?.status.conditions).toHaveLength(1);
    },
  );

  it.each(['APPROVE', 'CERTIFICATE_CONFIG_MAP', 'ROUNDS', 'HOME'])(
    'approves nothing when it was not told %s',
    async (variable) => {
      const { status, log, asked } = await play(
        { request: live(), signs: { certificate } },
        { [variable]: undefined },
      );
      expect(log).toContain(variable);
      expect(status).not.toBe(0);
      expect(asked).not.toContain('approve');
    },
  );

  it.each([
    [1, 0],
    [2, 0],
    [3, 5],
    [4, 5],
    [5, 8],
    [6, 8],
  ])(
    'ends when kubectl fails at what asks no API server, the %s. time: after %s calls that did',
    async (breaks, calls) => {
      const { status, log, asked } = await play({ signs: { certificate }, breaks });
      expect(log).toMatch(/error: broken\n$/);
      expect(status).toBe(1);
      expect(asked).toHaveLength(calls);
    },
  );

  it('says so when the image has no kubectl', async () => {
    const { status, log } = await play({}, { PATH: programs(shell) });
    expect(log).toBe(
      'error: this image has no kubectl\ngive delivery.image of the config one that has a POSIX shell and kubectl\n',
    );
    expect(status).toBe(3);
  });
});

import { allows, mayApprove } from '../../lib/cluster/access';
import { decide } from '../../lib/cluster/decide';
import { forbidden } from '../../lib/cluster/forbidden';
import type { Right } from '../../lib/cluster/kubernetes-api';
import {
  conditionOf,
  createSigningRequest,
  getSigningRequest,
  signingRequestRights,
  stateOf,
  type LiveSigningRequest,
} from '../../lib/cluster/signing-requests';
import type { SigningRequestObject } from '../../lib/delivery/signing-request-object';
import { StandIn } from './stand-in';

const object: SigningRequestObject = {
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'web-1-3f9ab2c1', labels: {}, annotations: {} },
  spec: {
    request: 'cmVxdWVzdA==',
    signerName: 'example.com/internal',
    expirationSeconds: 7_776_000,
    usages: ['server auth'],
  },
};
const NAME = object.metadata.name;
const APPROVAL = { type: 'Approved', reason: 'ReleafApproved', message: 'equal' } as const;

type Status = Pick<LiveSigningRequest, 'status'>;

const liveWith = (...conditions: readonly (readonly [string, string])[]): Status => ({
  status: { conditions: conditions.map(([type, status]) => ({ type, status })) },
});

describe('the state of a request', () => {
  it.each<[string, Status]>([
    ['waiting', {}],
    ['waiting', liveWith()],
    ['waiting', liveWith(['Approved', 'False'])],
    ['approved', liveWith(['Approved', 'True'])],
    ['failed', liveWith(['Approved', 'True'], ['Failed', 'True'])],
    ['denied', liveWith(['Denied', 'True'])],
    ['issued', { status: { certificate: 'LS0t' } }],
  ])('is %s: %j', (state, live) => {
    expect(stateOf(live)).toBe(state);
  });
});

const REFUSED = (field: string) => ({
  code: 'CLUSTER_REFUSED',
  message: `https://stand-in.invalid:6443 (context stand-in): answers with no CertificateSigningRequest ${NAME}: its ${field} is missing or wrong`,
});

describe('an answer', () => {
  it.each<[string, object, string]>([
    ['nothing in it', {}, 'metadata'],
    ['no spec', { spec: undefined }, 'spec'],
    ['no request', { spec: { ...object.spec, request: undefined } }, 'spec.request'],
    ['a signer that is no name', { spec: { ...object.spec, signerName: {} } }, 'spec.signerName'],
    ['usages that are no list', { spec: { ...object.spec, usages: {} } }, 'spec.usages'],
    ['a usage that is none', { spec: { ...object.spec, usages: [null] } }, 'spec.usages.0'],
    ['a user that is no name', { spec: { ...object.spec, username: {} } }, 'spec.username'],
    ['a status that is none', { status: null }, 'status'],
    ['conditions that are no list', { status: { conditions: {} } }, 'status.conditions'],
    ['a condition that is none', { status: { conditions: [null] } }, 'status.conditions.0'],
    [
      'a reason that is none',
      { status: { conditions: [{ type: 'Approved', status: 'True', reason: {} }] } },
      'status.conditions.0.reason',
    ],
    ['a certificate that is none', { status: { certificate: 5 } }, 'status.certificate'],
    [
      'another name',
      { metadata: { name: 'other-1', uid: 'u', resourceVersion: '7' } },
      'metadata.name',
    ],
    ['no uid', { metadata: { name: NAME, resourceVersion: '7' } }, 'metadata.uid'],
    ['an empty uid', { metadata: { name: NAME, uid: '', resourceVersion: '7' } }, 'metadata.uid'],
    ['no resourceVersion', { metadata: { name: NAME, uid: 'u' } }, 'metadata.resourceVersion'],
  ])('with %s is no request', async (_, change, field) => {
    const api = new StandIn();
    const live = (await createSigningRequest(api, object))!;
    const odd = Object.keys(change).length > 0 ? { ...live, ...change } : {};
    api.get = api.create = api.replace = () => Promise.resolve(odd as never);
    const answers = [
      () => getSigningRequest(api, NAME),
      () => createSigningRequest(api, object),
      () => decide(api, live, APPROVAL),
    ];
    for (const answer of answers) await expect(answer()).rejects.toMatchObject(REFUSED(field));
  });
});

describe('a decision', () => {
  it.each<[string, (decided: LiveSigningRequest) => object]>([
    ['does not have it', (decided) => ({ ...decided, status: {} })],
    [
      'has it as not true',
      (decided) => ({
        ...decided,
        status: { conditions: [{ type: 'Approved', status: 'False' }] },
      }),
    ],
    [
      'has it for another object of that name',
      (decided) => ({ ...decided, metadata: { ...decided.metadata, uid: 'another' } }),
    ],
  ])('is not taken for made when the answer %s', async (_, change) => {
    const api = new StandIn();
    const live = (await createSigningRequest(api, object))!;
    const decided = await decide(api, live, APPROVAL);
    api.replace = () => Promise.resolve(change(decided) as never);
    await expect(decide(api, live, APPROVAL)).rejects.toMatchObject({
      code: 'CLUSTER_REFUSED',
      message: `${NAME}: the API server took the decision, but its answer is not that very request, approved`,
    });
  });

  it('goes to the object that was looked at, and keeps what others have said', async () => {
    const api = new StandIn();
    expect(await createSigningRequest(api, object)).toMatchObject({ spec: { username: 'alice' } });
    expect(await createSigningRequest(api, object)).toBeUndefined();
    api.condition(NAME, 'Reviewed', 'Scanner', 'fine');
    const live = (await getSigningRequest(api, NAME))!;
    const decided = await decide(api, live, APPROVAL);
    expect(stateOf(decided)).toBe('approved');
    expect(conditionOf(decided.status, 'Reviewed')).toMatchObject({ reason: 'Scanner' });
  });

  it.each<[string, (api: StandIn) => void]>([
    [
      'deleted',
      (api) => {
        api.removeRequest(NAME);
      },
    ],
    [
      'deleted and made anew',
      (api) => {
        api.removeRequest(NAME);
        api.apply(object);
      },
    ],
    [
      'changed',
      (api) => {
        api.condition(NAME, 'Reviewed', 'Scanner', 'fine');
      },
    ],
  ])('is none when the object was %s meanwhile', async (_, change) => {
    const api = new StandIn();
    const live = (await createSigningRequest(api, object))!;
    change(api);
    await expect(decide(api, live, APPROVAL)).rejects.toMatchObject({ code: 'REQUEST_CHANGED' });
    expect(conditionOf(api.request(NAME)?.status, 'Approved')).toBeUndefined();
  });

  it.each<[string, Right]>([
    ['update approval', signingRequestRights.updateApproval(NAME)],
    ['approve', signingRequestRights.approve('example.com/internal')],
  ])('tells which of its two rights is missing: %s', async (_, right) => {
    const api = new StandIn({ missing: [right] });
    const live = (await createSigningRequest(api, object))!;
    const { code, message, hint } = forbidden(right);
    await expect(decide(api, live, APPROVAL)).rejects.toMatchObject({ code, message, hint });
  });
});

describe('a right', () => {
  it('is asked for by name where there is one', async () => {
    const api = new StandIn({ missing: [signingRequestRights.get(NAME)] });
    expect(await allows(api, signingRequestRights.get(NAME))).toBe(false);
    expect(await allows(api, signingRequestRights.get('another'))).toBe(true);
  });

  it.each([
    ['example.com/internal', true],
    ['example.com/*', true],
    ['example.org/*', false],
    ['*', false],
  ])('to approve what example.com/internal signs comes with %s: %s', async (given, expected) => {
    const api = new StandIn();
    api.create = (_, review) => {
      const { spec } = review as { readonly spec: { readonly resourceAttributes: Right['on'] } };
      const status = { allowed: spec.resourceAttributes.name === given };
      return Promise.resolve({ status } as never);
    };
    expect(await mayApprove(api, 'example.com/internal')).toBe(expected);
  });

  it('that is missing comes as a rule to paste', () => {
    const right: Right = {
      verb: 'get',
      on: { group: '', resource: 'secrets', namespace: 'shop', name: 'web-tls' },
    };
    expect(forbidden(right)).toMatchObject({
      code: 'CLUSTER_FORBIDDEN',
      message: 'you may not get secrets web-tls in shop',
      hint: `missing in a Role in namespace shop:
- apiGroups:
    - ""
  resources:
    - secrets
  resourceNames:
    - web-tls
  verbs:
    - get`,
    });
  });
});

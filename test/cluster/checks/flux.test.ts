import { checkFlux } from '../../../lib/cluster/checks/flux';
import { StandIn } from '../stand-in';

const API = '/apis/kustomize.toolkit.fluxcd.io/v1';
const AT = `${API}/namespaces/flux-system/kustomizations/releaf-secrets`;
const EXPECTED = { namespace: 'flux-system', name: 'releaf-secrets', decrypts: true };
const DECRYPTS = { decryption: { provider: 'sops' } };
const NAME = 'Kustomization flux-system/releaf-secrets';

function cluster(live?: object): StandIn {
  const api = new StandIn();
  api.put(API, { resources: [{ name: 'kustomizations' }] });
  if (live) api.put(AT, live);
  return api;
}

it.each<[string, object | undefined, string]>([
  ['is not there', undefined, `warning ${NAME} is not in the cluster`],
  ['is there', { spec: DECRYPTS }, `ok ${NAME} is there`],
  [
    'is suspended',
    { spec: { ...DECRYPTS, suspend: true } },
    `warning ${NAME} is suspended, so nothing of it arrives`,
  ],
  [
    'does not decrypt',
    { spec: {} },
    `failure ${NAME} does not decrypt, and SOPS seals what it applies`,
  ],
  [
    'is not ready',
    {
      spec: DECRYPTS,
      status: {
        conditions: [
          { type: 'Ready', status: 'False', reason: 'BuildFailed', message: 'no\u001b such path' },
        ],
      },
    },
    `warning ${NAME} is not ready (BuildFailed: no\\u{1b} such path)`,
  ],
  ['is of no known shape', { spec: 7, status: [] }, `failure ${NAME} does not decrypt`],
])('judges a Kustomization that %s', async (_, live, says) => {
  const [here, found] = await checkFlux(cluster(live), [EXPECTED]);
  expect(here?.message).toBe('is here');
  expect(`${found!.level} ${found!.message}`).toContain(says);
});

it('asks for no decryption where nothing is sealed by SOPS', async () => {
  const [, found] = await checkFlux(cluster({ spec: {} }), [{ ...EXPECTED, decrypts: false }]);
  expect(found?.level).toBe('ok');
});

it('asks for no Kustomization where there is no Flux', async () => {
  const api = new StandIn();
  expect(await checkFlux(api, [EXPECTED])).toEqual([
    { level: 'ok', check: 'flux', message: 'is not in this cluster' },
  ]);
  expect(api.calls).toHaveLength(1);
});

it('names the right that is missing', async () => {
  const api = cluster();
  api.missing = [
    { verb: 'get', on: { group: 'kustomize.toolkit.fluxcd.io', resource: 'kustomizations' } },
  ];
  await expect(checkFlux(api, [EXPECTED])).rejects.toThrow(
    'you may not get kustomizations.kustomize.toolkit.fluxcd.io releaf-secrets in flux-system',
  );
});

import { isValidSignerName } from '../../lib/signers/signer-name';

describe('a signer name', () => {
  it.each([
    'kubernetes.io/kubelet-serving',
    'beta.eks.amazonaws.com/app-serving',
    'issuers.cert-manager.io/default.my-issuer',
    `${'a'.repeat(63)}.io/${'b'.repeat(253)}`,
  ])('may be %s', (name) => {
    expect(isValidSignerName(name)).toBe(true);
  });

  it.each([
    '',
    'local',
    'kubernetes.io',
    'kubernetes.io/',
    '/kubelet-serving',
    'localhost/signer',
    'kubernetes.io/a/b',
    'Kubernetes.io/signer',
    'kubernetes.io/Signer',
    'kubernetes..io/signer',
    'kubernetes.io/a..b',
    'kubernetes.io/-a',
    '*.io/signer',
    `${'a'.repeat(64)}.io/b`,
    `${'a.'.repeat(127)}io/b`,
    `a.io/${'b'.repeat(254)}`,
    `a.io/${`${'b'.repeat(200)}.`.repeat(3)}b`,
    'kubernetes.io/signer\n',
  ])('may not be %j', (name) => {
    expect(isValidSignerName(name)).toBe(false);
  });
});

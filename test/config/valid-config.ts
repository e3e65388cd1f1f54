/** A small valid config: one generic certificate `web`. A new object at each call. */
export const validConfig = () => ({
  version: 1 as const,
  certificates: {
    web: {
      dnsNames: ['web.example.com'],
      signer: 'local',
      secret: { name: 'web-tls', namespace: 'default' },
      sealing: { type: 'sealed-secrets' as const, certificate: 'sealing.pem' },
    },
  },
});

type Tree = Record<string, unknown>;

/** The valid config with one more value; `~` stands for the entry `web`, dots part the keys. */
export function withValue(path: string, value: unknown): unknown {
  const keys = path.replace(/^~/, 'certificates.web').split('.');
  const put = (tree: Tree, [key = '', ...rest]: readonly string[]): Tree => ({
    ...tree,
    [key]: rest.length === 0 ? value : put((tree[key] ?? {}) as Tree, rest),
  });
  return put(validConfig(), keys);
}

import type { WrittenConfig } from './written-config';

/**
 * Gives `releaf.config.ts` its types; returns its argument.
 *
 * @example
 * ```ts
 * export default defineConfig({
 *   version: 1,
 *   defaults: { signer: 'local', sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' } },
 *   certificates: {
 *     web: { dnsNames: ['web.example.com'], secret: { name: 'web-tls', namespace: 'default' } },
 *   },
 * });
 * ```
 */
export function defineConfig(config: WrittenConfig): WrittenConfig {
  return config;
}

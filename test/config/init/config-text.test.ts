import fc from 'fast-check';
import { parse } from 'yaml';
import { configText } from '../../../lib/config/init/config-text';
import { placesOf } from '../../../lib/config/init/places';
import type { ReasonedAnswers } from '../../../lib/config/init/answers';
import type { FoundKes } from '../../../lib/config/init/found-kes';

/** Anything that a file system or a manifest may hold. */
const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom('a\nb: c', "yes: 'no'", '# x', '1e3', '~', 'true', '\u2028x', '- a', '{a', ' b '),
);

describe('the text of a new config', () => {
  it('says the values that it was given, whatever they are, and nothing else', () => {
    fc.assert(
      fc.property(text, text, text, text, (file, name, namespace, why) => {
        const found: FoundKes = {
          file,
          where: 'manifest',
          tenant: name,
          replicas: 3,
          places: {
            kes: 'spec.kes.annotations',
            pools: ['spec.pools[0].annotations'],
            secret: 'spec.kes.externalCertSecret',
          },
        };
        const answers: ReasonedAnswers = {
          server: { value: { profile: 'minio-kes', name, namespace, found }, why },
          delivery: { value: 'argo-cd', why },
          sealing: { value: 'sealed-secrets', why },
          signer: { value: name, why },
          ci: { value: 'none', why },
        };
        const places = placesOf(answers.server.value);
        const findings = { kes: [found], servers: [], sealingCertificate: file, ca: file };
        const parts = { answers, findings, places, within: '', recipients: [] };
        const outside = file.startsWith('../');
        expect(parse(configText(parts))).toEqual({
          version: 1,
          delivery: 'argo-cd',
          defaults: { sealing: { type: 'sealed-secrets', certificate: file } },
          certificates: {
            kes: {
              profile: { name: 'minio-kes', tenant: name, replicas: 3 },
              signer: name,
              duration: '90d',
              secret: { name: 'kes-server', namespace },
              ca: file,
              ...(!outside && { references: places.references, restart: places.restart }),
            },
          },
        });
      }),
    );
  });
});

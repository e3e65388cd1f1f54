import fc from 'fast-check';
import { parse } from 'yaml';
import { configText } from '../../../lib/config/init/config-text';
import { placesOf } from '../../../lib/config/init/places';
import {
  serverNamed,
  serversToChoose,
  type ReasonedAnswers,
} from '../../../lib/config/init/answers';
import { PROFILES, SEALINGS } from '../../../lib/config/init/choices';
import { findingsOf } from '../../../lib/config/init/findings';
import { parseConfig } from '../../../lib/config/parse-config';
import { ENGINES } from '../../../lib/model/delivery-spec';
import { RECIPIENT, REPOSITORIES } from '../../cli/repositories';
import { NOW } from '../../harness';
import type { FoundKes } from '../../../lib/config/init/found-kes';

/** Anything that a file system or a manifest may hold. */
const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom('a\nb: c', "yes: 'no'", '# x', '1e3', '~', 'true', '\u2028x', '- a', '{a', ' b '),
);

const SIGNERS = [
  'kubernetes.io/kubelet-serving',
  'beta.eks.amazonaws.com/app-serving',
  'clusterissuers.cert-manager.io/internal',
  'local',
];

describe('the text of a new config', () => {
  it.each([
    ['nothing was found', {}],
    ['servers were found', { ...REPOSITORIES.tenant.files, ...REPOSITORIES.argoCd.files }],
  ])('is a valid config for every combination of answers where %s', (_, files) => {
    const read = Object.entries(files).map(([file, text]) => ({ file, text }));
    const findings = findingsOf(read, '', NOW);
    const why = 'your answer';
    for (const profile of PROFILES) {
      for (const delivery of ENGINES) {
        for (const sealing of SEALINGS) {
          for (const signer of SIGNERS) {
            const server = serverNamed(serversToChoose(findings), profile, undefined);
            const config = configText({
              answers: {
                server: { value: server, why },
                delivery: { value: delivery, why },
                sealing: { value: sealing, why },
                signer: { value: signer, why },
                ci: { value: 'none', why },
              },
              findings,
              places: placesOf(server),
              within: '',
              recipients: sealing === 'sops' ? [RECIPIENT] : [],
            });
            expect(parseConfig(parse(config), 'releaf.yaml')).toMatchObject({
              delivery: { engine: delivery },
              certificates: [{ signer, sealing: { type: sealing } }],
            });
          }
        }
      }
    }
  });

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
              references: places.references,
              restart: places.restart,
            },
          },
        });
      }),
    );
  });
});

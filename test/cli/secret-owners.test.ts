import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { RequestRecord } from '../../lib/model/revision';
import { removeFolders, testCa, WEB_CONFIG, WEB_FILES } from '../harness';
import { Team } from './team';

afterAll(removeFolders);

const PER_REVISION = WEB_CONFIG.replace('namespace: shop', 'namespace: shop, naming: perRevision');

const other = (secret: string): string => `  other:
    dnsNames: [other.example.com]
    signer: example.com/internal
    secret: { name: ${secret}, namespace: shop }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
`;

it('a Secret that a request named is not given by another certificate too', async () => {
  const team = new Team({ ...WEB_FILES, 'releaf.yaml': PER_REVISION }, await testCa());
  await team.renew();
  const { objectName } = parse(team.read('certificates/web/1/request.yaml')) as RequestRecord;
  const taken = `web-tls${objectName.slice('web'.length)}`;
  team.edit(/$/, other(taken));
  // Nothing is in the way while the other one waits.
  await team.run('renew other');
  await team.run('verify');

  const message =
    `error CONFIG_INVALID: certificates other and web would both give Secret shop/${taken}, and one would overwrite the other\n` +
    '  give one of them another secret.name, and renew that one first\n';
  const signed = team.signed();
  expect(await team.refused('fetch other --from -', 0, signed)).toBe(message);

  // Nor when it is there for any other reason.
  writeFileSync(join(team.root, 'certificates/other/1/certificate.pem'), signed);
  for (const command of ['synth', 'verify', 'renew --force']) {
    expect(await team.refused(command)).toBe(message);
  }
});

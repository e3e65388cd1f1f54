import { parseConfig } from '../../lib/config/parse-config';
import type { CertificateSpec } from '../../lib/model/certificate-spec';
import type { Certificate, Revision } from '../../lib/model/revision';
import {
  chainsIn,
  chainsToInstall,
  refuseSeveral,
  requestAnswered,
} from '../../lib/rotation/match-certificates';
import { makeRevision } from '../../lib/rotation/renew';
import { waitingOf, type Waiting } from '../../lib/rotation/waiting';
import { plaintextSealer } from '../../lib/sealing/plaintext';
import { readRequest } from '../../lib/x509/certificate-request';
import type { LocalCa } from '../../lib/x509/local-ca';
import { NOW, signed, testCa, testRandomness } from '../harness';
import { refusal } from '../x509/tools';
import { forge } from './chains';

const FILE = 'signed.pem';

const entry = (name: string): object => ({
  dnsNames: [`${name}.example.com`],
  signer: 'example.com/internal',
  secret: { name: `${name}-tls`, namespace: 'shop' },
  sealing: { type: 'plaintext', iUnderstandKeysAreInGit: true },
});
const { certificates: specs } = parseConfig(
  { version: 1, certificates: { api: entry('api'), web: entry('web') } },
  'releaf.yaml',
);

const newRevision = (spec: CertificateSpec): Promise<Revision> =>
  makeRevision(spec, 1, 'a reason', {
    generateKey: testRandomness.generateKey,
    sealer: plaintextSealer,
    now: NOW,
  });

let ca: LocalCa;
let waiting: readonly Waiting[];
beforeAll(async () => {
  ca = await testCa();
  const pending = specs.map(async (spec) => waitingOf(spec, [await newRevision(spec)]));
  waiting = (await Promise.all(pending)).flat();
});

const api = (): Waiting => waiting[0]!;
const web = (): Waiting => waiting[1]!;
const answer = ({ pending }: Waiting): string => signed(ca, readRequest(pending.request, FILE));
const chainOf = (pem: string) => chainsIn(pem, FILE)[0]!;

describe('a file of certificates', () => {
  it('is cut where a leaf follows, and a CA belongs to the leaf before it', () => {
    const [one, other] = [answer(api()), answer(web())];
    const chains = chainsIn(`${one}${ca.certificate.pem}${other}`, FILE);
    expect(chains.map(({ pem }) => pem)).toEqual([`${one}${ca.certificate.pem}`, other]);
    expect(chains.map(({ leaf }) => leaf.subject)).toEqual(
      [one, other].map((pem) => chainOf(pem).leaf.subject),
    );
  });

  it('that starts with a CA is one chain with the leaf behind it', () => {
    const one = answer(api());
    const [chain, ...others] = chainsIn(`${ca.certificate.pem}${one}`, FILE);
    expect(others).toEqual([]);
    expect(chain?.leaf.isCa).toBe(true);
    expect(requestAnswered(chain!, waiting, FILE)).toBe(api());
  });
});

describe('a chain', () => {
  it('answers the request with its key', () => {
    expect(requestAnswered(chainOf(answer(web())), waiting, FILE)).toBe(web());
  });

  it('with a key that nobody asked for answers the only request, whose check tells what is wrong', () => {
    const foreign = chainOf(forge('foreign').pem);
    expect(requestAnswered(foreign, [web()], FILE)).toBe(web());
    expect(() => requestAnswered(foreign, waiting, FILE)).toThrow(
      refusal(
        'CERTIFICATE_KEY_MISMATCH',
        `no pending request has it: ${api().pending.record.objectName}, ${web().pending.record.objectName}`,
      ),
    );
  });

  it('that is in its revision already is left out', () => {
    const certificate = answer(api());
    const certificates: readonly Certificate[] = [
      { spec: api().spec, revisions: [{ ...api().pending, certificate }] },
      web(),
    ];
    const [own, open] = [chainOf(certificate), chainOf(answer(web()))];
    expect(chainsToInstall([own, open], certificates, FILE)).toEqual([open]);
    expect(() => chainsToInstall([chainOf(answer(api()))], certificates, FILE)).toThrow(
      refusal(
        'NOTHING_PENDING',
        `${FILE}: revision 1 of api is issued already, with another certificate (serial ${own.leaf.serialNumber})`,
      ),
    );
  });

  it('is taken for a request although its key is issued already, as a kept key is', () => {
    const { spec, pending } = api();
    const kept = { ...pending, number: 2, record: { ...pending.record, keyOf: 1 } };
    const revisions = [{ ...pending, certificate: answer(api()) }, kept];
    const chain = chainOf(answer(api()));
    expect(chainsToInstall([chain], [{ spec, revisions }], FILE)).toEqual([chain]);
  });

  it('is refused beside another one for the same request', () => {
    const { pending } = web();
    expect(() => {
      refuseSeveral([api().pending, pending, pending], FILE);
    }).toThrow(
      refusal(
        'CERTIFICATE_AMBIGUOUS',
        `${FILE}: more than one certificate answers request ${pending.record.objectName}`,
      ),
    );
    expect(() => {
      refuseSeveral([api().pending, pending], FILE);
    }).not.toThrow();
  });
});

import fc from 'fast-check';
import { parseConfig } from '../../lib/config/parse-config';
import { arbitraryConfig } from './arbitrary-config';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { jsonSchema } from '../../lib/config/json-schema';
const validate = addFormats(new Ajv2020({ strict: true, strictTypes: false })).compile(jsonSchema());
test('many', () => {
  fc.assert(fc.property(arbitraryConfig, (w) => { parseConfig(w, 'x'); if (!validate(JSON.parse(JSON.stringify(w)))) throw new Error(JSON.stringify(validate.errors)); }), { numRuns: 5000 });
});
test('any json gives config or ReleafError quickly', () => {
  const seen: Record<string, number> = {};
  fc.assert(fc.property(fc.anything({ withNullPrototype: true, withObjectString: true, withBigInt: true, withDate: true, withMap: true, withSet: true, withSparseArray: true }), arbitraryConfig, fc.nat(), (x, w, n) => {
    const c: any = structuredClone(w);
    const nodes: [any, string][] = [];
    const walk = (o: any) => { if (o && typeof o === 'object') for (const k of Object.keys(o)) { nodes.push([o, k]); walk(o[k]); } };
    walk(c);
    const [o, k] = nodes[n % nodes.length]!;
    o[k] = x;
    try { parseConfig(c, 'x'); } catch (e: any) { if (e.code === undefined) throw e; seen[e.code] = (seen[e.code] ?? 0) + 1; for (const l of e.message.split('\n')) if (l.length > 600) throw new Error('long ' + l.length + l.slice(0,2000)); }
  }), { numRuns: 20000 });
  console.log(seen);
}, 60000);
test.each([50000])('%i', (n) => {
  const base = { signer: 'local', dnsNames: ['a.b'], sealing: { type: 'sealed-secrets', certificate: 'x' } };
  const c = { version: 1, certificates: Object.fromEntries(Array.from({ length: n }, (_, i) => [`c-${i}`, { ...base, secret: { name: `c-${i}`, namespace: 'd' } }])) };
  for (const [k, own] of [['ok', {}], ['bad', { duration: 3 }]] as const) {
    if (k === 'bad') for (const e of Object.values(c.certificates)) Object.assign(e, own);
    const t = performance.now(); try { parseConfig(c, 'x'); } catch {} console.log(n, k, performance.now() - t);
  }
});

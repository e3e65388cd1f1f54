import fc from 'fast-check';
import { ipAddressFromBytes, ipAddressToBytes } from '../../lib/x509/ip-address';

describe('an IP address', () => {
  it.each([
    ['10.0.0.1', '0a000001', '10.0.0.1'],
    ['255.255.255.255', 'ffffffff', '255.255.255.255'],
    ['::', '0'.repeat(32), '::'],
    ['::1', `${'0'.repeat(31)}1`, '::1'],
    ['2001:DB8:0:0:1:0:0:1', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['fe80::', `fe80${'0'.repeat(28)}`, 'fe80::'],
    ['::ffff:10.0.0.1', '0a000001', '10.0.0.1'],
  ])('%s has its bytes, and its short form', (text, hex, short) => {
    const bytes = ipAddressToBytes(text);
    expect(bytes?.toString('hex')).toBe(hex);
    expect(ipAddressFromBytes(bytes!)).toBe(short);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.1/24',
    '::g',
    '1::2::3',
    'fe80::1%eth0',
    ':::',
    'kes',
    ']@[',
  ])('is not %j', (text) => {
    expect(ipAddressToBytes(text)).toBeUndefined();
  });

  it('survives the way to bytes and back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const short = ipAddressFromBytes(ipAddressToBytes(text)!);
        expect(ipAddressToBytes(short)).toEqual(ipAddressToBytes(text));
      }),
    );
  });

  it('of another length is refused', () => {
    expect(() => ipAddressFromBytes(Buffer.alloc(8))).toThrow('not 4 or 16 bytes');
  });
});

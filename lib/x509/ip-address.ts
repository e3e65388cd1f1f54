import { DerError } from './der';

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const IPV6 = /^[0-9a-f:.]{2,45}$/i;
const MAPPED_PREFIX = Buffer.from('00000000000000000000ffff', 'hex');

/**
 * The bytes of an iPAddress SAN (RFC 5280, 4.2.1.6): 4 or 16. An IPv4-mapped IPv6 address becomes
 * IPv4, as in Go's `net.IP.To4`, so that what a Kubernetes signer issues equals what was asked.
 *
 * @returns undefined when it is not an IP address
 */
export function ipAddressToBytes(text: string): Buffer | undefined {
  const octets = IPV4.exec(text)?.slice(1).map(Number);
  if (octets) return octets.every((octet) => octet <= 255) ? Buffer.from(octets) : undefined;
  const host =
    IPV6.test(text) && URL.canParse(`http://[${text}]`) ? new URL(`http://[${text}]`) : undefined;
  if (!host) return undefined;
  const [head = '', tail = ''] = host.hostname.slice(1, -1).split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const zeros = Array<string>(8 - groups(head).length - groups(tail).length).fill('0');
  const hex = [...groups(head), ...zeros, ...groups(tail)].map((group) => group.padStart(4, '0'));
  const bytes = Buffer.from(hex.join(''), 'hex');
  return bytes.subarray(0, 12).equals(MAPPED_PREFIX) ? bytes.subarray(12) : bytes;
}

/**
 * IPv4 in dotted form, IPv6 in the short form of RFC 5952.
 *
 * @throws DerError when it is not 4 or 16 bytes
 */
export function ipAddressFromBytes(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new DerError('an IP address is not 4 or 16 bytes long');
  if (bytes.subarray(0, 12).equals(MAPPED_PREFIX)) return bytes.subarray(12).join('.');
  const groups = bytes.toString('hex').match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

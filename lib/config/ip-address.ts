import { z } from 'zod';

const IPV4 = z.ipv4();
const IPV6 = z.ipv6();

/** Whether the text is an IPv4 or IPv6 address in any written form. */
export function isIpAddress(text: string): boolean {
  if (text.length > 45 || !/^[0-9a-f:.]+$/i.test(text)) return false;
  return IPV4.safeParse(text).success || IPV6.safeParse(text).success;
}

/**
 * The one form of an address: IPv4 dotted, IPv6 as RFC 5952 has it.
 *
 * @returns undefined when the text is no address, or an IPv4 address in the clothes of IPv6, which
 * verifiers take for IPv4 (RFC 4291, 2.5.5.2)
 */
export function canonicalIpAddress(text: string): string | undefined {
  if (!isIpAddress(text)) return undefined;
  if (!text.includes(':')) return text;
  const short = new URL(`http://[${text}]`).hostname.slice(1, -1);
  return /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(short) ? undefined : short;
}

import type { Names, Subject } from './certificate-spec';

const sorted = (values: readonly string[]): readonly string[] => [...values].sort();

/**
 * A subject as text that is equal for equal subjects: DER orders the values of one attribute in its own
 * way (SET OF, X.690, 11.6), so their order says nothing.
 */
export function canonicalSubject(subject: Subject): string {
  return JSON.stringify([
    sorted(subject.countries),
    sorted(subject.organizations),
    sorted(subject.organizationalUnits),
    sorted(subject.localities),
    sorted(subject.provinces),
    subject.commonName ?? null,
  ]);
}

/** Names as text that is equal for equal names, whatever their order. */
export function canonicalNames(names: Names): string {
  const { subject, dnsNames, ipAddresses, emailAddresses, uris } = names;
  const altNames = [dnsNames, ipAddresses, emailAddresses, uris].map(sorted);
  return JSON.stringify([canonicalSubject(subject), ...altNames]);
}

import type { Subject } from './certificate-spec';

/** A subject on one line, as `openssl` shows it: `O=system:nodes, CN=system:node:kes`. */
export const subjectLine = ({ commonName, ...name }: Subject): string =>
  [
    ...name.countries.map((value) => `C=${value}`),
    ...name.organizations.map((value) => `O=${value}`),
    ...name.organizationalUnits.map((value) => `OU=${value}`),
    ...name.localities.map((value) => `L=${value}`),
    ...name.provinces.map((value) => `ST=${value}`),
    ...(commonName === undefined ? [] : [`CN=${commonName}`]),
  ].join(', ');

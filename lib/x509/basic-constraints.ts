import { asn1 } from 'node-forge';
import * as der from './der';
import type { Der } from './der';

/** RFC 5280, 4.2.1.9. */
export interface BasicConstraints {
  readonly isCa: boolean;
  /** How many CA certificates may stand between this one and a leaf; any number when left out. */
  readonly pathLength?: number;
}

/** Reads the value of a basicConstraints extension; undefined is no CA. */
export function decodeBasicConstraints(value: Der | undefined): BasicConstraints {
  const fields = value ? der.sequenceOf(value) : [];
  const ca = fields.find((field) => der.isType(field, asn1.Type.BOOLEAN));
  const pathLength = fields.find((field) => der.isType(field, asn1.Type.INTEGER));
  return {
    isCa: ca !== undefined && der.bytesOf(ca)[0] !== 0,
    ...(pathLength && { pathLength: Number(`0x0${der.bytesOf(pathLength).toString('hex')}`) }),
  };
}

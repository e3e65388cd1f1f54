import { visible } from '../model/visible';

/** What an API server says of anything may be as long as it likes. */
const LONGEST = 600;

/** A mapping of an object in the cluster, whose shape nobody vouches for; empty where it is none. */
export const mappingOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

/** The mappings of a list in an object in the cluster; one that is none is empty. */
export const mappingsOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(mappingOf) : [];

/** A text of an object in the cluster as it may stand in a message; undefined where it is none. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? visible(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
    : undefined;

/** The objects with which a Job gets a request issued, as the names of their files call them. */
export const ISSUANCE_PARTS = [
  'script',
  'certificate',
  'service-account',
  'cluster-role',
  'cluster-role-binding',
  'role',
  'role-binding',
  'job',
] as const;
export type IssuancePart = (typeof ISSUANCE_PARTS)[number];

import { API_SERVER_RULES } from './api-server-rules';
import { OWN_POLICY } from './own-policy';
import type { SignerRules } from './signer-rules';

/** Any signer whose own rules are not known: only what holds for all of them. */
export const UNKNOWN: SignerRules = {
  signer: '',
  title: 'Any other signer',
  rules: [...API_SERVER_RULES, ...OWN_POLICY],
  notes: ['Approval, trust and lifetime: see the documentation of the signer.'],
};

import { API_SERVER_RULES } from './api-server-rules';
import { OWN_POLICY } from './own-policy';
import type { SignerRules } from './signer-rules';

/** Any signer whose own rules are not known: only what holds for all of them. */
export const UNKNOWN: SignerRules = {
  signer: '',
  title: 'Any other signer',
  source: 'kubernetes/kubernetes pkg/apis/certificates/validation/validation.go',
  rules: [...API_SERVER_RULES, ...OWN_POLICY],
};

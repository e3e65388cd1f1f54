import { API_SERVER_RULES } from './api-server-rules';
import { OWN_POLICY } from './own-policy';
import type { SignerRules } from './signer-rules';

/** No API server is asked, so its rules hold but for the one on the form of the name. */
export const LOCAL: SignerRules = {
  signer: 'local',
  title: 'A local CA, used by releaf sign',
  source: 'kubernetes/kubernetes pkg/apis/certificates/validation/validation.go',
  rules: [...API_SERVER_RULES.filter(({ field }) => field !== 'signer'), ...OWN_POLICY],
};

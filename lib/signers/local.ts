import { API_SERVER_RULES } from './api-server-rules';
import { OWN_POLICY } from './own-policy';
import type { SignerRules } from './signer-rules';

/** No API server is asked, so its rules hold but for the one on the form of the name. */
export const LOCAL: SignerRules = {
  signer: 'local',
  title: 'A local CA, used by `releaf sign`',
  rules: [...API_SERVER_RULES.filter(({ field }) => field !== 'signer'), ...OWN_POLICY],
  notes: [
    'Approval: whoever runs `releaf sign`.',
    'Trust: whom you give its CA.',
    'Lifetime: no longer than the CA.',
  ],
};

import { defineConfig } from 'releaf';

/** What age-keygen printed as public key. Its identity was thrown away at once: put in your own. */
const RECIPIENT = 'age1gggasrxu9p2x7j5cczy04jykq97z3l4kssjzlqnp3yhw9xr4gp3sl30muq';

const NAMESPACE = 'shop';

/** The names under which a Service is reached in its cluster. */
const namesOf = (service: string): readonly string[] => [
  `${service}.${NAMESPACE}.svc`,
  `${service}.${NAMESPACE}.svc.cluster.local`,
];

export default defineConfig({
  version: 1,
  defaults: {
    secret: { namespace: NAMESPACE },
    sealing: { type: 'sops', recipients: [RECIPIENT] },
  },
  certificates: {
    web: {
      dnsNames: ['shop.example.com', ...namesOf('web')],
      signer: 'example.com/internal',
      secret: { name: 'web-tls' },
      restart: [{ file: 'deployment.yaml', annotations: 'spec.template.metadata.annotations' }],
    },
    // releaf sign --ca DIR answers, on a machine without a cluster.
    metrics: {
      dnsNames: namesOf('metrics'),
      signer: 'local',
      duration: '30d',
      secret: { name: 'metrics-tls' },
    },
  },
});

import type { ClusterOptions } from '../cluster/kubernetes-api';

/** What `releaf doctor` was told on the command line. */
export interface DoctorFlags extends ClusterOptions {
  /** Where the certificate is served: `host:port`. */
  readonly endpoint?: string;
  /** Only print the certificate of the Sealed Secrets controller. */
  readonly sealingCertificate: boolean;
  /** Service of the Sealed Secrets controller. */
  readonly controllerName: string;
  readonly controllerNamespace: string;
  readonly argocdNamespace: string;
  /** Findings as JSON. */
  readonly json: boolean;
}

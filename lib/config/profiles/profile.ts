import type { CertificateSpec, KeyUsage, SecretSpec } from '../../model/certificate-spec';
import type { ConfigPath } from '../problem';
import type { WrittenCertificate } from '../written-config';

/** What an entry says, with what the defaults say where it says nothing. */
export interface Said extends WrittenCertificate {
  readonly name: string;
  readonly namespace: string;
}

/** What is known of a product. It holds where neither the entry nor the defaults say otherwise. */
export interface Profile extends Pick<CertificateSpec, 'dnsNames' | 'appendCa' | 'warnings'> {
  readonly commonName?: string;
  readonly organizations: readonly string[];
  readonly usages: readonly KeyUsage[];
  readonly signer?: string;
  readonly secretName?: string;
  readonly secretType: SecretSpec['type'];
  /** What does not fit together, by path under the entry. */
  readonly problems: readonly { readonly path: ConfigPath; readonly text: string }[];
}

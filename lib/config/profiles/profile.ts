import type {
  CertificateSpec,
  KeyPolicy,
  KeyUsage,
  SecretSpec,
} from '../../model/certificate-spec';
import type { AskedField } from '../../signers/signer-rules';
import type { ConfigPath } from '../problem';
import type { WrittenCertificate } from '../written-config';

/** What an entry says, with what the defaults say where it says nothing. */
export interface Said extends WrittenCertificate {
  readonly name: string;
  readonly namespace: string;
}

/** What does not fit together, by path under the entry. */
export type ProfileProblems = readonly { readonly path: ConfigPath; readonly text: string }[];

/** What is known of a product. It holds where neither the entry nor the defaults say otherwise. */
export interface Profile extends Pick<
  CertificateSpec,
  'dnsNames' | 'appendCa' | 'identity' | 'operated' | 'warnings'
> {
  readonly commonName?: string;
  readonly organizations: readonly string[];
  readonly usages: readonly KeyUsage[];
  /** The usage without which the certificate is of no use to the product. */
  readonly purpose?: KeyUsage;
  readonly keyPolicy?: KeyPolicy;
  readonly signer?: string;
  readonly secretName?: string;
  readonly secretType: SecretSpec['type'];
  /** Options of the profile that say what a signer checks, by path under the entry. */
  readonly options?: Readonly<Partial<Record<AskedField, ConfigPath>>>;
  readonly problems: ProfileProblems;
}

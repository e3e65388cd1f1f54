export { defineConfig } from './config/define-config';
export type { WrittenCertificate, WrittenConfig } from './config/written-config';
export { CertificateSecret, type CertificateSecretProps } from './constructs/certificate-secret';
export {
  RotatingCertificate,
  type PodMetadataOwner,
  type RotatingCertificateOptions,
} from './constructs/rotating-certificate';
export { SigningRequest, type SigningRequestProps } from './constructs/signing-request';
export type {
  CertificateSpec,
  KeyAlgorithm,
  KeyPolicy,
  KeyUsage,
  Names,
  RenewAt,
  RestartFile,
  RestartObject,
  SealingScope,
  SealingSpec,
  SecretNaming,
  SecretReference,
  SecretSpec,
  Subject,
} from './model/certificate-spec';
export type { DeliverySpec } from './model/delivery-spec';
export { ReleafError, type ErrorCode } from './model/errors';
export type {
  Certificate,
  IssuedRevision,
  RequestRecord,
  Revision,
  SealedKey,
  SealingTarget,
} from './model/revision';
export { loadCertificates } from './store/folder';

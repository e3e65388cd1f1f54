import { outputFile, secretPart } from '../../delivery/output-file';
import {
  currentRevision,
  pendingRevision,
  type Certificate,
  type Revision,
} from '../../model/revision';

/** A Secret of a certificate, as files say it. */
export interface ExpectedSecret {
  readonly namespace: string;
  readonly name: string;
  /** Whether the current revision belongs into it. */
  readonly isCurrent: boolean;
  /** Path in `dist/` of the file that brings it. */
  readonly file: string;
}

/**
 * The Secrets of a certificate that matter now: that of the current revision, and that of the pending one
 * where it is another; before there is either, the one that the config names.
 */
export function expectedSecrets({ spec, revisions }: Certificate): readonly ExpectedSecret[] {
  const current = currentRevision(revisions);
  const pending = pendingRevision(revisions);
  const of = ({ number, sealedKey }: Revision): ExpectedSecret => ({
    namespace: sealedKey.namespace,
    name: sealedKey.name,
    isCurrent: number === current?.number,
    file: outputFile(spec, secretPart(0, sealedKey.sealing === 'sops' ? number : undefined)),
  });
  const isSame =
    current?.sealedKey.name === pending?.sealedKey.name &&
    current?.sealedKey.namespace === pending?.sealedKey.namespace;
  const { namespace, name, naming } = spec.secret;
  const planned = { namespace, name, isCurrent: false, file: outputFile(spec, secretPart(0)) };
  return [
    ...(current ? [of(current)] : []),
    ...(pending && !isSame ? [of(pending)] : []),
    ...(!current && !pending && naming === 'stable' ? [planned] : []),
  ];
}

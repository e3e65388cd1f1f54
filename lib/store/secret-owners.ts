import { ReleafError } from '../model/errors';
import type { Certificate } from '../model/revision';
import { servedRevisions } from '../rotation/secret-name';

/**
 * Who owns which Secret of the output. The config alone cannot tell: with `naming: perRevision` the name
 * that a request gives may be the one that another entry says, and a renamed Secret is served under its
 * old name for a while.
 */
export class SecretOwners {
  readonly #owners = new Map<string, string>();

  /** @throws ReleafError CONFIG_INVALID when one of its Secrets is that of another certificate already */
  add({ spec, revisions }: Certificate): void {
    for (const { sealedKey } of servedRevisions(spec, revisions)) {
      const id = `${sealedKey.namespace}/${sealedKey.name}`;
      const owner = this.#owners.get(id);
      this.#owners.set(id, spec.name);
      if (owner === undefined) continue;
      throw new ReleafError(
        'CONFIG_INVALID',
        `certificates ${owner} and ${spec.name} would both give Secret ${id}, and one would overwrite the other`,
        'give one of them another secret.name, and renew that one first',
      );
    }
  }
}

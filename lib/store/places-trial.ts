import type { Places } from '../config/init/places';
import { annotateFile } from '../delivery/annotate-file';
import { nameSecret } from '../delivery/name-secret';
import { restartInPlace } from '../delivery/restart-in-place';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { Folder } from './folder';
import { sopsRecipientsIn } from './sealed-for';
import { readTeamFile } from './team-files';

/**
 * The places in files of the team's own that releaf can keep in step, such as none behind an alias: each is
 * tried, and nothing written.
 *
 * @param spec - of a config that says these places
 */
export function usablePlaces(root: string, spec: CertificateSpec, places: Places): Places {
  const text = (file: string): string => readTeamFile(root, file, spec.name);
  return {
    restart: places.restart.filter((_, index) => {
      const place = spec.restart[index];
      return (
        place && works(() => annotateFile(text(place.file), [restartInPlace(place, spec, '')]))
      );
    }),
    references: places.references.filter((_, index) => {
      const reference = spec.references[index];
      return (
        reference &&
        works(() => annotateFile(text(reference.file), nameSecret(reference, spec.secret)))
      );
    }),
  };
}

/** Whether a creation rule of `.sops.yaml` says for whom the first key is to be sealed. */
export const recipientsAreSaid = (folder: Folder, spec: CertificateSpec): boolean =>
  works(() => {
    if (!sopsRecipientsIn(folder)(spec, 1)) throw new ReleafError('SEALING_RECIPIENTS', 'none');
  });

function works(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (error instanceof ReleafError) return false;
    throw error;
  }
}

import type { CertificateSpec } from '../../model/certificate-spec';
import { ReleafError } from '../../model/errors';
import type { Revision } from '../../model/revision';
import type { Context } from '../context';
import { withProgress } from '../progress';

/** How many requests are under way to the API server at once. */
const AT_ONCE = 8;

/** Why one certificate got no further. */
export interface Failure {
  /** Name in the config. */
  readonly name: string;
  /** Name of its CertificateSigningRequest; absent where there is none. */
  readonly request?: string;
  readonly error: ReleafError;
}

/** What came of trying something for several certificates. */
export interface Attempts<Result> {
  readonly done: readonly Result[];
  readonly failed: readonly Failure[];
}

/** Tries something for each certificate, several at a time; one that fails holds up none of the others. */
export async function attemptEach<
  Item extends { readonly spec: CertificateSpec; readonly pending?: Revision },
  Result,
>(
  { interactive, during }: Context,
  items: readonly Item[],
  work: (item: Item) => Result | Promise<Result>,
): Promise<Attempts<Result>> {
  const outcomes = await withProgress(
    { interactive, cores: AT_ONCE, ...(during && { during }) },
    'requests',
    items,
    async (item): Promise<{ readonly result: Result } | Failure> => {
      try {
        return { result: await work(item) };
      } catch (error) {
        if (!(error instanceof ReleafError)) throw error;
        const { spec, pending } = item;
        return { name: spec.name, ...(pending && { request: pending.record.objectName }), error };
      }
    },
  );
  return {
    done: outcomes.flatMap((one) => ('result' in one ? [one.result] : [])),
    failed: outcomes.flatMap((one) => ('result' in one ? [] : [one])),
  };
}

import type { ReasonedAnswers } from './answers';
import type { Findings } from './findings';
import type { Places } from './places';

/** What the text of a config depends on. */
export interface ConfigParts {
  readonly answers: ReasonedAnswers;
  readonly findings: Findings;
  /** The folder of the config in the repository, with forward slashes; empty for its top. */
  readonly within: string;
  readonly places: Places;
  /** Said where no creation rule of `.sops.yaml` can be chosen. */
  readonly recipients: readonly string[];
  /** Path of the JSON Schema, where the package is installed. */
  readonly schema?: string;
}

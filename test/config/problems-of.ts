import { parseConfig } from '../../lib/config/parse-config';
import { ReleafError } from '../../lib/model/errors';

/** The refusal of a config, or undefined when it is accepted. */
export function refusal(written: unknown): ReleafError | undefined {
  try {
    parseConfig(written, 'releaf.yaml');
    return undefined;
  } catch (error) {
    if (error instanceof ReleafError) return error;
    throw error;
  }
}

/** The problems of a config, one for each line of the message. */
export function problemsOf(written: unknown): readonly string[] {
  const [, ...lines] = refusal(written)?.message.split('\n') ?? [];
  return lines.map((line) => line.trim());
}

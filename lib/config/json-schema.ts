import { z } from 'zod';
import { configSchema } from './config-schema';

/**
 * The shape of a config as JSON Schema 2020-12, for editors: `releaf.schema.json`. Rules across keys
 * are not in it.
 */
export function jsonSchema(): object {
  return {
    ...z.toJSONSchema(configSchema, { io: 'input' }),
    title: 'releaf.yaml',
  };
}

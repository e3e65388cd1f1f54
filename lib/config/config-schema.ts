import { z } from 'zod';
import { certificate, defaults } from './certificate-schema';
import { delivery } from './delivery-schema';
import { EXTENDS, RELATIVE_FILE } from './file-paths';
import { CERTIFICATE_NAME } from './kubernetes-names';
import { byName, mapping, text, texts } from './schema-builders';

/** The shape of a config. What belongs together across keys is checked in resolve-certificate.ts. */
export const configSchema = mapping(
  {
    version: z
      .literal(1, { error: 'version is the number 1' })
      .meta({ description: 'Version of this format: 1.' }),
    extends: text(EXTENDS, {
      description: 'Another config, relative to this one; what this one says wins.',
      examples: ['../base.yaml'],
    }).optional(),
    knownPrivateKeys: texts(RELATIVE_FILE, 'files', {
      description:
        'Files in which verify expects a private key in clear, such as test fixtures. Paths inside the folder.',
    }).optional(),
    delivery: delivery.optional(),
    defaults: defaults.optional(),
    certificates: byName(CERTIFICATE_NAME, certificate, 'certificates by name', {
      description: 'Certificates by name.',
    }).optional(),
  },
  { description: 'The config of releaf.' },
);

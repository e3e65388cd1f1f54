import { z } from 'zod';
import { APPROVALS, ENGINES, LAYOUTS, REQUEST_FORMS } from '../model/delivery-spec';
import * as kubernetes from './kubernetes-names';
import { mapping, oneOf, text } from './schema-builders';

const shared = {
  layout: oneOf('layout', LAYOUTS, {
    description:
      'One file for each certificate, or for each object. What SOPS encrypts stands alone all the same.',
    default: 'certificate',
  }).optional(),
  request: oneOf('request', REQUEST_FORMS, {
    description:
      'Whether a request is a manifest in dist/, or a Job in the cluster creates it. Default job with argo-cd, else manifest.',
  }).optional(),
  approve: oneOf('approve', APPROVALS, {
    description:
      'Whether the Job approves the request that it compared with the committed one. Never one that logs in to the API server.',
    default: 'automatic',
  }).optional(),
  image: text(kubernetes.IMAGE, {
    description: 'Image of the Jobs: it has a POSIX shell and kubectl.',
    examples: ['registry.example.com/kubectl:1.36.3'],
  }).optional(),
};

const kustomizations = mapping(
  {
    name: text(kubernetes.KUSTOMIZATIONS, {
      description: 'What the names of the Kustomizations begin with.',
      default: 'releaf',
    }).optional(),
    namespace: text(kubernetes.NAMESPACE, {
      description: 'Namespace of the Kustomization objects.',
      default: 'flux-system',
    }).optional(),
    source: mapping(
      {
        kind: oneOf('the kind of a source', ['GitRepository', 'OCIRepository', 'Bucket'], {
          description: 'Kind of the source.',
          default: 'GitRepository',
        }).optional(),
        name: text(kubernetes.SOURCE_NAME, {
          description: 'Name of the source, in the namespace of the Kustomizations.',
          default: 'flux-system',
        }).optional(),
      },
      { description: 'The source of Flux that holds this folder.' },
    ).optional(),
    path: text(kubernetes.SOURCE_PATH, {
      description: 'Path of the folder of the config in that source. Default its top.',
      examples: ['clusters/prod'],
    }).optional(),
    interval: text(kubernetes.FLUX_INTERVAL, {
      description: 'How often Flux compares.',
      default: '10m',
    }).optional(),
    decryptionSecret: text(kubernetes.SECRET_NAME, {
      description: 'Secret with the age identity that opens what SOPS encrypts.',
      default: 'sops-age',
    }).optional(),
  },
  { description: 'Kustomization objects of Flux for the folders of dist/; {} for every default.' },
);

const plain = <const Name extends string>(name: Name, description: string) =>
  mapping({ type: z.literal(name), ...shared }, { description });

/** What a person may write under `delivery`, for messages. */
const FORMS = `${ENGINES.join(', ')}, or a mapping such as { type: argo-cd, layout: object }`;

/** How `dist/` is shaped, and for whom. */
export const delivery = z
  .union(
    [
      z.enum(ENGINES),
      z.discriminatedUnion(
        'type',
        [
          plain('kubectl', 'kubectl apply, or whatever else applies files as they are.'),
          plain('kustomize', 'A component that an overlay of Kustomize includes.'),
          plain('argo-cd', 'Argo CD, 3 or newer.'),
          mapping(
            { type: z.literal('flux'), ...shared, kustomizations: kustomizations.optional() },
            { description: 'Flux, 2 or newer.' },
          ),
        ],
        { error: `delivery is ${FORMS}` },
      ),
    ],
    { error: `delivery is ${FORMS}` },
  )
  .meta({ description: 'Who applies dist/, which shapes it.', default: 'kubectl' });

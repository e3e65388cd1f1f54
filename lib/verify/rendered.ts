import { renderCertificate } from '../constructs/render';
import { inWords } from '../delivery/manifest-identity';
import { patchFile } from '../delivery/output-file';
import type { Certificate } from '../model/revision';
import { visible } from '../model/visible';
import type { Problem } from '../rotation/coherence';
import { readManifests, type Manifest } from '../yaml/read-manifests';
import { objectFaults } from './rendered-object';
import { RenderedObjects, type WantedObject } from './rendered-objects';
import { rightsProblems } from './rendered-rights';
import { restartProblems } from './rendered-restart';

/**
 * What is broken of a folder's objects in what an overlay, or anything else, rendered of them. What it added,
 * and objects of others, are no matter of this, unless they do something else with ours.
 *
 * @param manifests - everything that was rendered; nobody vouches for it
 * @param source - how messages call it
 * @throws ReleafError as `renderCertificate`
 */
export function* renderedProblems(
  certificates: readonly Certificate[],
  manifests: readonly Manifest[],
  source: string,
): Generator<Problem> {
  const objects = new RenderedObjects(manifests);
  const wanted = certificates.flatMap((certificate) => wantedOf(certificate));
  // First what has its name still: it is nobody else under another.
  const found = wanted.map((one) => [one, objects.find(one)] as const);
  const settled = found.map(([one, own]) => [one, own ?? objects.findElsewhere(one)] as const);
  for (const [one, own] of settled) {
    const problem = ({ code, text, hint }: Pick<Problem, 'code' | 'hint'> & { text: string }) => ({
      code,
      file: source,
      message: `${source}: ${inWords(one.object)}: ${text}`,
      hint,
    });
    if (!own) {
      yield problem({
        code: 'RENDERED_MISSING',
        text: `is not there, and certificate ${one.spec.name} needs it`,
        hint: 'list dist/ in the overlay; what is rendered apart goes in together, with --- in between',
      });
      continue;
    }
    for (const fault of objectFaults(own, one.object)) yield problem(fault);
    const others = isFragment(one) ? [] : objects.others(own, one);
    if (others.length > 0) {
      yield problem({
        code: 'RENDERED_TWICE',
        text: `is there more than once: also as ${others.map((other) => visible(inWords(other))).join(', ')}`,
        hint: 'list dist/ once, and give nothing else the name of its objects',
      });
    }
  }
  const ours = settled.flatMap(([{ object }, own]) => (own ? [object, own] : [object]));
  yield* rightsProblems(new Set(ours), manifests, source);
  for (const certificate of certificates) {
    yield* restartProblems(certificate, manifests, source);
  }
}

/** Every object that a cluster should get for a certificate. */
function wantedOf(certificate: Certificate): readonly WantedObject[] {
  const { spec } = certificate;
  return renderCertificate(certificate)
    .filter(({ file }) => file !== patchFile(spec.name))
    .flatMap(({ file, text }) => {
      const reading = readManifests(text);
      if ('problem' in reading) throw new Error(`${file}: ${reading.problem.message}`);
      return reading.manifests.map((object) => ({ spec, object }));
    });
}

/** The team's own object may be beside a fragment of it. */
const isFragment = ({ spec, object }: WantedObject): boolean =>
  spec.restartObjects.some(
    ({ form, kind, name }) =>
      form === 'fragment' && kind === object.kind && name === object.metadata?.name,
  );

import { ApiObject, type ApiObjectProps, Chart, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import type { EngineRules } from '../delivery/engine';
import { fragmentPart } from '../delivery/output-file';
import type { RestartFragment as Fragment } from '../delivery/restart-fragment';
import { markPart } from './part';

/** How a {@link RestartFragment} is placed. */
export interface RestartFragmentProps {
  readonly fragment: Fragment;
  readonly rules: EngineRules;
}

/** A fragment of an object of the team's, for server-side apply. It gets no label: it is not ours. */
export class RestartFragment extends Construct {
  constructor(scope: Construct, id: string, { fragment, rules }: RestartFragmentProps) {
    super(scope, id);
    const { index, object } = fragment;
    const props: ApiObjectProps = object;
    const given = new ApiObject(this, 'Object', props);
    // Labels of a Chart go to all that is in it.
    if (Object.keys(Chart.of(this).labels).length > 0) {
      given.addJsonPatch(JsonPatch.remove('/metadata/labels'));
    }
    // The fragment has said already what a custom resource says.
    markPart(given, fragmentPart(index), { annotations: rules.annotations, customResource: {} });
  }
}

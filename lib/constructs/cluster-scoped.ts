import { JsonPatch, type ApiObject } from 'cdk8s';

/** Takes out the namespace that a Chart gives to every object. */
export function clusterScoped(object: ApiObject): ApiObject {
  if (object.chart.namespace !== undefined) {
    object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }
  return object;
}

import { kubectl } from '../cluster';
import { until } from '../until';

/** Waits until the API server serves what these definitions define. */
export async function established(...definitions: readonly string[]): Promise<void> {
  // kubectl fails on a definition whose status is empty yet.
  await until(`${definitions.join(', ')} is served`, async () => {
    await kubectl(['wait', '--for=condition=Established', '--timeout=10s', 'crd', ...definitions]);
    return true;
  });
}

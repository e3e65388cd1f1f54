import { kill } from './processes';

/** Ends the cluster. test/e2e/run ends whatever else is left, and removes the folder. */
export default async function stop(): Promise<void> {
  for (const name of ['sealed-secrets', 'kube-controller-manager', 'kube-apiserver', 'etcd']) {
    await kill(name);
  }
}

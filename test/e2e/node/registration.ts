import { hostname } from 'node:os';
import type { Api } from './api';
import { now } from './status';

/** How often to say that the node is alive, in milliseconds; it is taken for lost after 50 s. */
const HEARTBEAT = 10_000;

/** A node that the cluster knows. */
export interface Registration {
  /** Takes it away. */
  end(): Promise<void>;
}

/**
 * Registers a node, and keeps the node lifecycle controller from taking it for lost.
 * https://kubernetes.io/docs/concepts/architecture/nodes/#node-heartbeats
 */
export async function register(api: Api, name: string): Promise<Registration> {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const renewTime = (): string => new Date().toISOString().replace(/Z$/, '000Z');
  await api.call('POST', '/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    status: {
      addresses: [{ type: 'Hostname', address: hostname() }],
      capacity: { cpu: '8', memory: '16Gi', pods: '110' },
      allocatable: { cpu: '8', memory: '16Gi', pods: '110' },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          lastHeartbeatTime: now(),
          lastTransitionTime: now(),
        },
      ],
    },
  });
  await api.call('POST', leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: renewTime() },
  });
  const heartbeat = setInterval(() => {
    // It fails only when the node has stopped.
    api
      .call('PATCH', `${leases}/${name}`, { spec: { renewTime: renewTime() } })
      .catch(() => undefined);
  }, HEARTBEAT);
  return {
    end: async () => {
      clearInterval(heartbeat);
      await api.call('DELETE', `/api/v1/nodes/${name}`);
      await api.call('DELETE', `${leases}/${name}`);
    },
  };
}

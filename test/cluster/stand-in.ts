import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/cli/clock';
import { forbidden } from '../../lib/cluster/forbidden';
import type {
  KubernetesApi,
  KubernetesObject,
  ResourceAddress,
  Right,
} from '../../lib/cluster/kubernetes-api';
import {
  conditionOf,
  type LiveSigningRequest,
  type SigningRequestCondition,
} from '../../lib/cluster/signing-requests';
import type { SigningRequestObject } from '../../lib/delivery/signing-request-object';
import { ReleafError } from '../../lib/model/errors';
import { readRequest } from '../../lib/x509/certificate-request';
import type { LocalCa } from '../../lib/x509/local-ca';
import { clockFrom, NOW } from '../harness';

/** What a signer makes of an approved request; undefined while it has not got round to it. */
export type SignerAnswer =
  { readonly certificate: string } | { readonly reason: string; readonly message: string };

/**
 * Asked about an approved request each time that somebody reads it.
 *
 * @param approvedFor - milliseconds since it was approved
 */
export type Signer = (request: LiveSigningRequest, approvedFor: number) => SignerAnswer | undefined;

/** One call of the API, as tests count and intercept them. */
export interface Call {
  readonly verb: 'get' | 'list' | 'create' | 'update';
  /** With subresource and suffix, without a query. */
  readonly path: string;
}

export interface StandInOptions {
  readonly clock?: Clock;
  /** @default - nobody signs */
  readonly signer?: Signer;
  /** Rights that the caller lacks; one without a name is missing for every name. */
  readonly missing?: readonly Right[];
  /** Who calls. */
  readonly username?: string;
}

const SIGNING_REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** As the API server has it: `/apis/apps/v1/namespaces/shop/statefulsets/web`. */
export function pathOf(address: ResourceAddress | string): string {
  if (typeof address === 'string') return address;
  const { group, version, namespace, resource, name, subresource, suffix = '' } = address;
  const parts = [
    ...(group ? ['apis', group] : ['api']),
    version,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    resource,
    name,
    subresource,
  ];
  return `/${parts.filter((part) => part !== undefined).join('/')}${suffix}`;
}

/** A signer that issues at once, or after so many milliseconds, as kube-controller-manager would. */
export const signsWith =
  (ca: LocalCa, { after = 0, now = NOW }: { after?: number; now?: Date } = {}): Signer =>
  ({ spec }, approvedFor) =>
    approvedFor < after
      ? undefined
      : {
          certificate: ca.sign(
            readRequest(Buffer.from(spec.request, 'base64').toString(), 'spec'),
            {
              usages: spec.usages as SigningRequestUsages,
              expirationSeconds: spec.expirationSeconds ?? 31_536_000,
              now,
              serialNumber: randomBytes(16),
            },
          ),
        };

type SigningRequestUsages = Parameters<LocalCa['sign']>[1]['usages'];

/**
 * The Kubernetes API in memory. CertificateSigningRequests behave as on the API server (strategy.go,
 * validation.go of certificates.k8s.io); any other object is kept as it was put there.
 */
export class StandIn implements KubernetesApi {
  readonly context = 'stand-in';
  readonly server = 'https://stand-in.invalid:6443';
  /** By path, also discovery documents: `/version`. */
  readonly objects = new Map<string, object>();
  /** What `getText` gives, by path with suffix. */
  readonly texts = new Map<string, string>();
  /** All calls so far. */
  readonly calls: Call[] = [];
  /** Runs before each call; may change what is there, or throw as a connection would. */
  before: (call: Call) => void | Promise<void> = () => undefined;
  signer: Signer;
  missing: readonly Right[];

  readonly #clock: Clock;
  readonly #username: string;
  #version = 1000;

  constructor({
    clock = clockFrom(NOW),
    signer = () => undefined,
    missing = [],
    username = 'alice',
  }: StandInOptions = {}) {
    this.#clock = clock;
    this.#username = username;
    this.signer = signer;
    this.missing = missing;
  }

  /** For {@link RunOptions.openCluster}. */
  readonly open = (): Promise<KubernetesApi> => Promise.resolve(this);

  /** Puts an object there as somebody else would: no rights are asked for. */
  put(address: ResourceAddress | string, object: object): void {
    this.objects.set(pathOf(address), object);
  }

  remove(address: ResourceAddress | string): void {
    this.objects.delete(pathOf(address));
  }

  /** What `kubectl apply` does: creates a request, or leaves the spec that is there. */
  apply(object: SigningRequestObject, username = 'gitops'): void {
    const path = `${SIGNING_REQUESTS}/${object.metadata.name}`;
    if (!this.objects.has(path)) this.objects.set(path, this.#created(object, username));
  }

  /** A request as it stands there now, unsigned until somebody reads it. */
  request(name: string): LiveSigningRequest | undefined {
    return this.objects.get(`${SIGNING_REQUESTS}/${name}`) as LiveSigningRequest | undefined;
  }

  removeRequest(name: string): void {
    this.remove(`${SIGNING_REQUESTS}/${name}`);
  }

  /** Adds a condition as a controller or another person would. */
  condition(name: string, type: string, reason: string, message: string): void {
    const live = this.request(name);
    if (!live) throw new Error(`there is no request ${name}`);
    const conditions = [
      ...(live.status?.conditions ?? []),
      { type, status: 'True', reason, message },
    ];
    this.#keep(`${SIGNING_REQUESTS}/${name}`, {
      ...live,
      status: { ...live.status, conditions: conditions.map((one) => this.#dated(one)) },
    });
  }

  async get<Result extends object>(address: ResourceAddress | string): Promise<Result | undefined> {
    const path = pathOf(address);
    const isList = typeof address !== 'string' && address.name === undefined;
    await this.#called(isList ? 'list' : 'get', path);
    if (typeof address !== 'string') this.#demand(isList ? 'list' : 'get', address);
    if (path.startsWith(`${SIGNING_REQUESTS}/`)) this.#sign(path);
    const found = this.objects.get(path) ?? (isList ? this.#list(path, address) : undefined);
    return found && (structuredClone(found) as Result);
  }

  async getText(address: ResourceAddress): Promise<string | undefined> {
    await this.#called('get', pathOf(address));
    this.#demand('get', address);
    return this.texts.get(pathOf(address));
  }

  async create<Result extends object>(
    address: ResourceAddress,
    object: object,
  ): Promise<Result | undefined> {
    const collection = pathOf(address);
    await this.#called('create', collection);
    if (collection === REVIEWS) return this.#review(object) as Result;
    this.#demand('create', address);
    const path = `${collection}/${(object as KubernetesObject).metadata?.name ?? ''}`;
    if (this.objects.has(path)) return undefined;
    const created = this.#created(object, this.#username);
    this.objects.set(path, created);
    return structuredClone(created) as Result;
  }

  async replace<Result extends object>(
    address: ResourceAddress,
    object: object,
  ): Promise<Result | undefined> {
    await this.#called('update', pathOf(address));
    this.#demand('update', address);
    const { subresource, ...main } = address;
    const path = pathOf(main);
    const old = this.objects.get(path) as LiveSigningRequest | undefined;
    const { uid, resourceVersion } = (object as KubernetesObject).metadata ?? {};
    const isSame = uid === old?.metadata.uid && resourceVersion === old?.metadata.resourceVersion;
    if (subresource === 'approval' && old) {
      // Admission comes before the conflict, and says so with the status of a missing RBAC rule.
      const approve = { group: main.group, resource: 'signers', name: old.spec.signerName };
      if (!this.#has('approve', approve)) {
        throw forbidden({ verb: 'update', on: withoutVersion(address) });
      }
    }
    if (!old || !isSame) return undefined;
    const next =
      subresource === 'approval' ? this.#decided(old, object as LiveSigningRequest) : object;
    return structuredClone(this.#keep(path, next)) as Result;
  }

  async #called(verb: Call['verb'], path: string): Promise<void> {
    const call = { verb, path };
    this.calls.push(call);
    await this.before(call);
  }

  #demand(verb: Right['verb'], address: ResourceAddress): void {
    const on = withoutVersion(address);
    if (!this.#has(verb, on)) throw forbidden({ verb, on });
  }

  #has(verb: string, on: Right['on']): boolean {
    return !this.missing.some(
      (right) =>
        right.verb === verb &&
        right.on.group === on.group &&
        right.on.resource === on.resource &&
        right.on.subresource === on.subresource &&
        [undefined, on.namespace].includes(right.on.namespace) &&
        (right.on.name === undefined ||
          right.on.name === on.name ||
          (verb === 'approve' && on.name === `${right.on.name.split('/')[0] ?? ''}/*`)),
    );
  }

  #review(object: object): object {
    const { spec } = object as {
      readonly spec: { readonly resourceAttributes: Right['on'] & { readonly verb: string } };
    };
    const { verb, ...on } = spec.resourceAttributes;
    return { ...object, status: { allowed: this.#has(verb, on) } };
  }

  #created(object: object, username: string): object {
    const { kind, metadata, spec } = object as LiveSigningRequest;
    return {
      ...object,
      metadata: {
        ...metadata,
        uid: randomUUID(),
        resourceVersion: String(++this.#version),
        creationTimestamp: this.#time(),
      },
      ...(kind === 'CertificateSigningRequest' && {
        spec: { ...spec, username, groups: ['system:authenticated'] },
        status: {},
      }),
    };
  }

  #keep(path: string, object: object): object {
    const { metadata } = object as KubernetesObject;
    const kept = { ...object, metadata: { ...metadata, resourceVersion: String(++this.#version) } };
    this.objects.set(path, kept);
    return kept;
  }

  /** Only conditions change, and none of those that decide goes away or contradicts another. */
  #decided(old: LiveSigningRequest, next: LiveSigningRequest): LiveSigningRequest {
    const conditions = (next.status?.conditions ?? []).map((one) => this.#dated(one));
    const types = conditions.map(({ type }) => type);
    const lost = (old.status?.conditions ?? []).find(({ type }) => !types.includes(type));
    const both = types.includes('Approved') && types.includes('Denied');
    if (lost || both || new Set(types).size < types.length) {
      throw new ReleafError(
        'CLUSTER_REFUSED',
        `the API server refused (422): status.conditions: ${both ? 'Approved and Denied conditions are mutually exclusive' : 'Forbidden'}`,
      );
    }
    return { ...old, status: { ...old.status, conditions } };
  }

  #dated(condition: SigningRequestCondition): SigningRequestCondition {
    return { lastUpdateTime: this.#time(), ...condition };
  }

  #time(): string {
    return this.#clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
  }

  #sign(path: string): void {
    const live = this.objects.get(path) as LiveSigningRequest | undefined;
    const approved = conditionOf(live?.status, 'Approved');
    const isOver = live?.status?.certificate !== undefined || conditionOf(live?.status, 'Failed');
    if (!live || !approved || isOver) return;
    const since = new Date(approved.lastUpdateTime ?? this.#time());
    const answer = this.signer(live, this.#clock.now().getTime() - since.getTime());
    if (!answer) return;
    if ('certificate' in answer) {
      const certificate = Buffer.from(answer.certificate).toString('base64');
      this.#keep(path, { ...live, status: { ...live.status, certificate } });
    } else {
      this.condition(live.metadata.name, 'Failed', answer.reason, answer.message);
    }
  }

  /** What stands below; undefined where the kind itself is not installed. */
  #list(path: string, address: ResourceAddress): object | undefined {
    const items = [...this.objects]
      .filter(([key]) => key.startsWith(`${path}/`))
      .map(([, object]) => object);
    const isBuiltIn = !address.group.includes('.') || address.group.endsWith('.k8s.io');
    return items.length > 0 || isBuiltIn ? { items } : undefined;
  }
}

function withoutVersion(address: ResourceAddress): Right['on'] {
  const { group, resource, subresource, namespace, name } = address;
  return {
    group,
    resource,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
}

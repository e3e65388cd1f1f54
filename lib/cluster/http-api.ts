import { setTimeout as sleep } from 'node:timers/promises';
import { ReleafError } from '../model/errors';
import { exchange, type Answer, type Connection } from './exchange';
import { forbidden } from './forbidden';
import type { KubernetesApi, ResourceAddress } from './kubernetes-api';

const METHODS = { get: 'GET', list: 'GET', create: 'POST', update: 'PUT' } as const;
type Verb = keyof typeof METHODS;

/** A busy API server asks for 1 s (API Priority and Fairness); who asks for more is really down. */
const LONGEST_PAUSE = 5;
/** A line or three: what an API server says of an invalid object may quote all of it. */
const LONGEST_MESSAGE = 600;

const IS_IT_ONE =
  'is this a Kubernetes API server? look at the server of the cluster in the kubeconfig';

/** The part of a `Status` object that says what went wrong. Nothing in it is vouched for. */
interface Status {
  readonly reason: string;
  readonly message: string;
}

/** The Kubernetes API behind a connection. */
export function httpApi(connection: Connection): KubernetesApi {
  const { context, server, target } = connection;

  /** @returns undefined for what counts as absent */
  async function ask(
    verb: Verb,
    address: ResourceAddress | string,
    object?: object,
  ): Promise<string | undefined> {
    const path = typeof address === 'string' ? address : pathOf(address);
    const send = (): Promise<Answer> =>
      exchange(connection, METHODS[verb], path, object && JSON.stringify(object));
    let answer = await send();
    const pause = answer.retryAfter ?? Infinity;
    if (METHODS[verb] === 'GET' && isBusy(answer) && pause >= 0 && pause <= LONGEST_PAUSE) {
      await sleep(pause * 1000);
      answer = await send();
    }
    if (answer.status >= 200 && answer.status < 300) return answer.text;
    const status = statusOf(answer);
    if (isAbsent(verb, answer, status)) return undefined;
    if (answer.status === 401 || status?.message.includes('User "system:anonymous"')) {
      throw new ReleafError(
        'CLUSTER_UNAUTHENTICATED',
        `${target}: does not know who asks: the credentials of this context are wrong or have expired`,
        'log in again; kubectl auth whoami, with this context, asks the same',
      );
    }
    if (answer.status === 403 && typeof address !== 'string' && isAuthorization(status)) {
      throw forbidden({ verb, on: address });
    }
    throw refused(`${METHODS[verb]} ${path}`, answer, status);
  }

  function refused(what: string, answer: Answer, status: Status | undefined): ReleafError {
    if (!status) {
      const words = answer.status < 400 ? 'redirects' : `answers ${answer.status}`;
      const next = isBusy(answer) ? 'wait a little, and run it again' : IS_IT_ONE;
      return new ReleafError('CLUSTER_REFUSED', `${target}: ${words} to ${what}`, next);
    }
    return new ReleafError(
      'CLUSTER_REFUSED',
      `${target}: refuses ${what}: ${withheld(status.message)}`,
      isBusy(answer) ? 'wait a little, and run it again' : '',
    );
  }

  /** A message without what the caller logs in with, should a server send that back. */
  function withheld(message: string): string {
    const secret = connection.headers['Authorization']?.split(' ').pop();
    const text = secret ? message.replaceAll(secret, '[credential]') : message;
    return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
  }

  async function askForObject<Result extends object>(
    verb: Verb,
    address: ResourceAddress | string,
    object?: object,
  ): Promise<Result | undefined> {
    const text = await ask(verb, address, object);
    if (text === undefined) return undefined;
    const result = parsed(text);
    if (result) return result as Result;
    throw new ReleafError(
      'CLUSTER_REFUSED',
      `${target}: answers with something that is no JSON object`,
      IS_IT_ONE,
    );
  }

  return {
    context,
    server,
    get: (address) =>
      askForObject(
        typeof address === 'string' || address.name !== undefined ? 'get' : 'list',
        address,
      ),
    getText: (address) => ask('get', address),
    create: (address, object) => askForObject('create', address, object),
    replace: (address, object) => askForObject('update', address, object),
  };
}

const isBusy = ({ status }: Answer): boolean => status === 429 || status === 503;

/** @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
function pathOf(address: ResourceAddress): string {
  const { group, version, resource, namespace, name, subresource, suffix = '' } = address;
  const segments = [
    ...(group === '' ? ['api'] : ['apis', group]),
    version,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    resource,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `/${segments.map(encodeURIComponent).join('/')}${suffix}`;
}

/** There is none of that name; there is one already; it is another one by now. */
function isAbsent(verb: Verb, { status }: Answer, said: Status | undefined): boolean {
  if (verb === 'create') return status === 409 && said?.reason === 'AlreadyExists';
  if (status === 404) return true;
  return verb === 'update' && status === 409 && said?.reason === 'Conflict';
}

/**
 * Whether a 403 is about the rights of the caller: admission answers so too, for other reasons.
 *
 * @see kubernetes/kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go
 * @see kubernetes/kubernetes plugin/pkg/admission/certificates/approval/admission.go
 */
function isAuthorization(said: Status | undefined): boolean {
  return said !== undefined && / cannot \w+ resource |not permitted to /.test(said.message);
}

function statusOf({ text }: Answer): Status | undefined {
  const { message, reason } = (parsed(text) ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof message !== 'string' || message === '') return undefined;
  return { message, reason: typeof reason === 'string' ? reason : '' };
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { ReleafError } from '../model/errors';
import { exchange, type Answer, type Connection } from './exchange';
import { forbidden } from './forbidden';
import { inTurn } from './in-turn';
import type { KubernetesApi, ResourceAddress } from './kubernetes-api';

const METHODS = { get: 'GET', list: 'GET', create: 'POST', update: 'PUT' } as const;
type Verb = keyof typeof METHODS;

/** Handshakes cost both sides; an API server has shares for each caller. */
const AT_ONCE = 8;
/** A busy API server asks for 1 s (API Priority and Fairness); who asks for more is really down. */
const LONGEST_PAUSE = 5;
/** A line or three: what an API server says of an invalid object may quote all of it. */
const LONGEST_MESSAGE = 600;

const IS_IT_ONE =
  'is this a Kubernetes API server? look at the server of the cluster in the kubeconfig';

/** The part of a `Status` object that says what went wrong. Nothing in it is vouched for. */
interface Status {
  /** Whether it is a `Status` of Kubernetes, and not what another program has answered. */
  readonly isKubernetes: boolean;
  readonly reason: string;
  readonly message: string;
}

/** The Kubernetes API behind a connection. */
export function httpApi(connection: Connection): KubernetesApi {
  const { context, server, target } = connection;
  const turn = inTurn(AT_ONCE);

  /** @returns undefined for what counts as absent */
  async function ask(
    verb: Verb,
    address: ResourceAddress | string,
    object?: object,
  ): Promise<string | undefined> {
    const path = typeof address === 'string' ? address : pathOf(address);
    const send = (): Promise<Answer> =>
      turn(() => exchange(connection, METHODS[verb], path, object && JSON.stringify(object)));
    let answer = await send();
    const pause = answer.retryAfter ?? Infinity;
    if (METHODS[verb] === 'GET' && isBusy(answer) && pause >= 0 && pause <= LONGEST_PAUSE) {
      await sleep(pause * 1000);
      answer = await send();
    }
    if (answer.status >= 200 && answer.status < 300) return answer.text;
    const status = statusOf(answer);
    if (isAbsent(verb, address, answer, status)) return undefined;
    const denied = answer.status === 403 ? deniedBy(status) : undefined;
    if (answer.status === 401 || denied?.user === 'system:anonymous') {
      throw new ReleafError(
        'CLUSTER_UNAUTHENTICATED',
        `${target}: does not know who asks: the credentials of this context are wrong or have expired`,
        'log in again; kubectl auth whoami, with this context, asks the same',
      );
    }
    if (typeof address !== 'string' && (denied?.signer ?? denied?.what === whatOf(verb, address))) {
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
    const text = connection.secrets.reduce(
      (rest, secret) => rest.replaceAll(secret, '[credential]'),
      message,
    );
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
function isAbsent(
  verb: Verb,
  address: ResourceAddress | string,
  { status, text }: Answer,
  said: Status | undefined,
): boolean {
  if (verb === 'create') return status === 409 && said?.reason === 'AlreadyExists';
  if (status === 404) return said?.isKubernetes === true || isUnserved(address, text);
  return verb === 'update' && status === 409 && said?.reason === 'Conflict';
}

/**
 * Whether a 404 without `Status` can be one of a cluster: of a program behind a `proxy`, or of an API
 * that is not installed. Any program in Go says the latter, so of an API that each cluster has it
 * means that another one answers.
 *
 * @see https://pkg.go.dev/net/http#NotFound
 */
function isUnserved(address: ResourceAddress | string, text: string): boolean {
  if (typeof address !== 'string' && address.suffix !== undefined) return true;
  const isOptional =
    typeof address === 'string'
      ? address.startsWith('/apis/')
      : address.group.includes('.') && !address.group.endsWith('.k8s.io');
  return isOptional && text.trim() === '404 page not found';
}

/** Who may not do what, by the words of an API server. */
interface Denial {
  readonly user?: string;
  /** Verb and resource. */
  readonly what?: string;
  /** Whether it is the signer that the caller may not approve for. */
  readonly signer?: true;
}

/** What comes before depends on whether the object has a name; a webhook begins otherwise. */
const FORBIDDEN = /^(?:\S+ (?:"[^"]*" )?is )?forbidden: (.*)$/s;
const AUTHORIZER = /^User "((?:[^"\\]|\\.)*)" cannot (\S+) (?:resource|path) "([^"]*)"/;
const SIGNER = 'user not permitted to approve requests with signerName "';

/**
 * Why a 403 is about the rights of the caller; undefined when it is not: admission, by a webhook too,
 * answers so for other reasons, in words of its own.
 *
 * @see kubernetes/kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go
 * @see kubernetes/kubernetes plugin/pkg/admission/certificates/approval/admission.go
 */
function deniedBy(said: Status | undefined): Denial | undefined {
  const words = said?.isKubernetes ? FORBIDDEN.exec(said.message)?.[1] : undefined;
  if (words === undefined) return undefined;
  if (words.startsWith(SIGNER)) return { signer: true };
  const [, user, verb, resource] = AUTHORIZER.exec(words) ?? [];
  return user === undefined ? undefined : { user, what: `${verb ?? ''} ${resource ?? ''}` };
}

const whatOf = (verb: Verb, { resource, subresource }: ResourceAddress): string =>
  `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;

function statusOf({ text }: Answer): Status | undefined {
  const { kind, message, reason } = (parsed(text) ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof message !== 'string' || message === '') return undefined;
  return {
    isKubernetes: kind === 'Status',
    message,
    reason: typeof reason === 'string' ? reason : '',
  };
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What an object is there for, in the order in which a cluster should get it: the Secret; what waits until
 * the Secret holds the certificate; what restarts pods; the request for the next certificate, which nothing
 * may wait for.
 */
export const STAGES = ['secret', 'gate', 'restart', 'request'] as const;
export type Stage = (typeof STAGES)[number];

type Annotations = Readonly<Record<string, string>>;

/** What one engine wants of the output, as data that the constructs and the layout apply. */
export interface EngineRules {
  /** Annotations of every object of a stage. */
  readonly annotations: Readonly<Partial<Record<Stage, Annotations>>>;
  /** Annotations of an object whose kind the API server may not know yet. */
  readonly customResource: Annotations;
  /** Annotations of an object whose text is a script. */
  readonly script: Annotations;
  /** Annotations of a fragment of somebody else's object, which keep it from harm; undefined where there are none. */
  readonly fragment: Annotations | undefined;
  /** Whether a fragment must state what the object's Go type requires, since the engine decodes into it. */
  readonly wholeFragments: boolean;
  /** Whether something must wait for a Secret that its controller makes, because the engine does not. */
  readonly gate: boolean;
  /** Folder of `dist/` for each stage; the top where none is named. */
  readonly folders: Readonly<Partial<Record<Stage, string>>>;
  /**
   * Kind of the kustomization that lists the files of each folder. Then a certificate has the same files
   * at all times, so that a renewal never changes the list.
   */
  readonly listing: 'Component' | 'Kustomization' | undefined;
  /** Whether the names of files begin with the number of their stage, where each object has its own. */
  readonly numbered: boolean;
}

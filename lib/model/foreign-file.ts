/** Something in `certificates/` that no command of releaf writes. */
export interface ForeignFile {
  /** Relative to the folder of the config, with forward slashes. */
  readonly path: string;
  readonly kind: 'a file' | 'a symbolic link' | 'a repository of its own';
}

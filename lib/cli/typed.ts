import type { Context } from './context';

/** A command as a person would type it where this one was typed. */
export const typed = ({ folder }: Context, command: string): string =>
  `releaf ${command}${folder === '.' ? '' : ` -C ${folder}`}`;

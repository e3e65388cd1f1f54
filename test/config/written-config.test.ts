import type { z } from 'zod';
import type { configSchema } from '../../lib/config/config-schema';
import { defineConfig } from '../../lib/config/define-config';
import type { WrittenConfig } from '../../lib/config/written-config';
import { validConfig } from './valid-config';

type Plain<T> = T extends readonly (infer Item)[]
  ? readonly Plain<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
type Invariant<T> = (value: T) => T;
type Same<A, B> = [Invariant<A>, keyof A] extends [Invariant<B>, keyof B] ? true : false;

describe('the type WrittenConfig', () => {
  it('is what the schema takes', () => {
    const same: Same<Plain<z.input<typeof configSchema>>, Plain<WrittenConfig>> = true;
    expect(same).toBe(true);
  });

  it('is given to what defineConfig is given', () => {
    const written = validConfig();
    expect(defineConfig(written)).toBe(written);
    // @ts-expect-error a key that is not there is seen by the compiler
    defineConfig({ version: 1, certificate: {} });
  });
});

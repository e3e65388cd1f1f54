import type { z } from 'zod';
import type { configSchema } from '../../lib/config/config-schema';
import { defineConfig } from '../../lib/config/define-config';
import type { WrittenConfig } from '../../lib/config/written-config';
import { validConfig } from './valid-config';

type Input = z.input<typeof configSchema>;

/** Lists readonly, as we write them by hand. */
type Plain<T> = T extends readonly (infer Item)[]
  ? readonly Plain<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
/** No key optional: a key that only one of two types has would else go unseen. */
type Whole<T> = T extends readonly (infer Item)[]
  ? readonly Whole<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]-?: Whole<T[Key]> }
    : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

describe('the type WrittenConfig', () => {
  it('is what the schema takes', () => {
    const same: Same<Plain<Input>, Plain<WrittenConfig>> = true;
    const sameKeys: Same<Whole<Input>, Whole<WrittenConfig>> = true;
    expect([same, sameKeys]).toEqual([true, true]);
  });

  it('is given to what defineConfig is given', () => {
    const written = validConfig();
    expect(defineConfig(written)).toBe(written);
    // @ts-expect-error a key that is not there is seen by the compiler
    defineConfig({ version: 1, certificate: {} });
  });
});

import { readdirSync } from 'node:fs';
import { scriptText, type ScriptName } from '../../lib/delivery/scripts';
import { SCRIPTS } from './run-script';

it.each(readdirSync(SCRIPTS) as ScriptName[])(
  '%s has nothing that Flux would substitute, and no carriage return',
  (name) => {
    expect(scriptText(name)).toMatch(/^#!\/bin\/sh\n/);
    expect(scriptText(name)).not.toMatch(/\$\{|\$\$|\r/);
  },
);

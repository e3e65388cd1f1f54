/**
 * Makes the machine a different one each time that anything asks: whatever is not the committed files
 * is random or out of reach. Loaded before the program with `node --require`.
 */
const crypto = require('node:crypto');
const dgram = require('node:dgram');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const os = require('node:os');
const tls = require('node:tls');

const random = Math.random;
const CENTURY_MS = 3.2e12;

function refuse(object, names) {
  for (const name of names) {
    Object.defineProperty(object, name, {
      configurable: true,
      // A function, not an arrow: some of these are constructors.
      value: function () {
        throw new Error(`synth asked for ${name}`);
      },
    });
  }
}

// Synth may be told a time, but it may not ask for one.
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(Math.floor(random() * CENTURY_MS));
    else super(...args);
  }
  static now() {
    return Math.floor(random() * CENTURY_MS);
  }
};
globalThis.performance.now = () => random() * CENTURY_MS;
process.hrtime = Object.assign(() => [Math.floor(random() * 1e9), 0], {
  bigint: () => BigInt(Math.floor(random() * CENTURY_MS)),
});

// Libraries draw names for their own marks while they are loaded (brace-expansion does).
Math.random = () => {
  const [, , caller = ''] = new Error().stack.split('\n');
  if (!caller.includes('/node_modules/')) throw new Error('synth asked for Math.random');
  return random();
};
refuse(crypto, [
  ...['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID'],
  ...['generateKey', 'generateKeySync', 'generateKeyPair', 'generateKeyPairSync'],
  ...['generatePrime', 'generatePrimeSync'],
]);
refuse(globalThis.crypto, ['getRandomValues', 'randomUUID']);
refuse(globalThis.crypto.subtle, ['generateKey']);

refuse(String.prototype, ['localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase']);
refuse(Number.prototype, ['toLocaleString']);
refuse(Date.prototype, ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']);
refuse(Array.prototype, ['toLocaleString']);
refuse(Intl, ['Collator', 'DateTimeFormat', 'NumberFormat', 'PluralRules', 'Segmenter']);

refuse(net.Socket.prototype, ['connect']);
refuse(net.Server.prototype, ['listen']);
for (const module of [http, https]) refuse(module, ['request', 'get']);
refuse(tls, ['connect']);
refuse(dgram, ['createSocket']);
refuse(dns, ['lookup', 'resolve', 'resolve4', 'resolve6']);
refuse(globalThis, ['fetch']);

os.hostname = () => `host-${random()}`;
os.userInfo = () => ({ username: `user-${random()}`, uid: 1, gid: 1, shell: null, homedir: '/' });

// A directory has no order.
const { readdirSync } = fs;
fs.readdirSync = (...args) => {
  const entries = readdirSync(...args);
  for (let last = entries.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [entries[last], entries[other]] = [entries[other], entries[last]];
  }
  return entries;
};

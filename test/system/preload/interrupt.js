/**
 * Interrupts the process at its Nth change of a folder. Loaded before the program with
 * `node --require`; told by the environment:
 *
 * INTERRUPT_FOLDER  the folder; calls outside of it do not count
 * INTERRUPT_AT      just before this change, counted from 1; one more than there are: when it ends
 * INTERRUPT_HOW     `kill`: dies, as in a power cut; `tear`: dies with a part of that change done;
 *                   `SIGINT`: as Ctrl-C; `wait`: says `waiting` on standard error and goes on when standard input ends
 * INTERRUPT_LOG     a file for the names of all changes, one a line, when it ends by itself
 *
 * Calls that only read are no points of their own: dying at one leaves what the change before it left.
 */
const fs = require('node:fs');
const { join, resolve, sep } = require('node:path');

const { INTERRUPT_FOLDER, INTERRUPT_AT, INTERRUPT_HOW, INTERRUPT_LOG } = process.env;
const real = { ...fs };
const descriptors = new Set();
const changes = [];

const inside = (target) =>
  typeof target === 'number'
    ? descriptors.has(target)
    : typeof target === 'string' &&
      `${resolve(target)}${sep}`.startsWith(`${INTERRUPT_FOLDER}${sep}`);

function interrupt() {
  if (INTERRUPT_HOW === 'wait') {
    real.writeSync(2, 'waiting\n');
    real.readSync(0, Buffer.alloc(1));
    return;
  }
  if (INTERRUPT_HOW === 'SIGINT') {
    process.kill(process.pid, 'SIGINT');
    return;
  }
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

/** A part of a change that can be done in part; false for one that is done at once. */
const TORN = {
  writeFileSync: (target, data) => {
    const half = Buffer.from(data).subarray(0, data.length >> 1);
    const file = typeof target === 'number' ? target : real.openSync(target, 'w');
    return real.writeSync(file, half) > 0;
  },
  writeSync: (file, data) =>
    real.writeSync(file, Buffer.from(data).subarray(0, data.length >> 1)) > 0,
  rmSync: (target) => {
    if (!real.lstatSync(target, { throwIfNoEntry: false })?.isDirectory()) return;
    const [first] = real.readdirSync(target);
    if (first !== undefined) real.rmSync(join(target, first), { recursive: true });
  },
};

function change(name, args) {
  if (!inside(args[0])) return;
  changes.push(`${name}${name in TORN ? ' torn' : ''}`);
  if (changes.length !== Number(INTERRUPT_AT)) return;
  if (INTERRUPT_HOW === 'tear') TORN[name](...args);
  interrupt();
}

const CHANGING = [
  ...[
    'writeFileSync',
    'writeSync',
    'writevSync',
    'appendFileSync',
    'truncateSync',
    'ftruncateSync',
  ],
  ...[
    'fsyncSync',
    'fdatasyncSync',
    'mkdirSync',
    'mkdtempSync',
    'rmSync',
    'rmdirSync',
    'unlinkSync',
  ],
  ...['renameSync', 'copyFileSync', 'cpSync', 'linkSync', 'symlinkSync'],
  ...['chmodSync', 'fchmodSync', 'chownSync', 'utimesSync', 'futimesSync'],
];
for (const name of CHANGING) {
  fs[name] = (...args) => {
    change(name, args);
    return real[name](...args);
  };
}

const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC } = fs.constants;
const opensForChange = (flags = 'r') =>
  typeof flags === 'number'
    ? (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) !== 0
    : !/^rs?$/.test(flags);

fs.openSync = (path, flags, ...rest) => {
  if (opensForChange(flags)) change('openSync', [path]);
  const file = real.openSync(path, flags, ...rest);
  if (inside(path)) descriptors.add(file);
  return file;
};
fs.closeSync = (file) => {
  descriptors.delete(file);
  real.closeSync(file);
};

process.on('exit', () => {
  if (Number(INTERRUPT_AT) === changes.length + 1) interrupt();
  if (INTERRUPT_LOG) real.writeFileSync(INTERRUPT_LOG, changes.join('\n'));
});

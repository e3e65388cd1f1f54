import { groups, type Grouped, type Grouping } from '../rotation/groups';
import { isDue, isOverdue, plan } from '../rotation/plan';
import { ReleafError } from '../model/errors';
import { groupLines, groupsJson, planJson, planTable } from '../report/plan';
import { openFolder, readCertificate, type Folder } from '../store/folder';
import { sealedForIn } from '../store/sealed-for';
import { replicaWarnings } from '../store/team-file-warnings';
import { EXIT, type Context, type ExitStatus } from './context';
import { warner } from './failure';
import { paced } from './progress';
import { typed } from './typed';
import { select } from './selection';

export interface PlanFlags {
  readonly check: boolean;
  readonly json: boolean;
  /** Prints groups instead of steps. */
  readonly group?: Grouping;
  /** With `group`. @default - as many as there are */
  readonly max?: number;
  /** With `group`: certificates of this step. @default renew */
  readonly step?: 'renew' | 'await';
}

/** `releaf plan`: what is due and why; writes nothing. */
export async function runPlan(
  context: Context,
  names: readonly string[],
  flags: PlanFlags,
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const specs = select(folder, names);
  const warn = warner(context);
  const warned: ReleafError[] = [];
  const unusable = (error: ReleafError): void => {
    warned.push(error);
    warn(error);
  };
  const sealedFor = sealedForIn(folder, unusable, 'told');
  const planned: Grouped[] = [];
  for await (const spec of paced(context, 'plan', specs.length, specs)) {
    const steps = plan([readCertificate(folder, spec)], context.now, { sealedFor });
    planned.push(...steps.map((step) => ({ spec, step })));
    for (const text of replicaWarnings(folder.root, spec)) {
      unusable(new ReleafError('RESTART_FILE', text));
    }
  }
  const steps = planned.map(({ step }) => step);
  if (flags.group !== undefined) {
    const work = planned.filter(({ step }) => step.action === (flags.step ?? 'renew'));
    const found = groups(work, flags.group, context.now, flags.max);
    if (flags.json) context.print(groupsJson(found));
    else for (const line of groupLines(found)) context.print(line);
  } else if (flags.json) context.print(planJson(steps));
  else if (steps.length === 0) context.note(`${folder.configFile} has no certificates`);
  else context.print(planTable(steps));
  const due = steps.filter(isDue);
  await tellUnsealable(context, folder, planned, unusable);
  if (!flags.json && flags.group === undefined && due.length > 0) {
    const first = warned.length > 0 ? 'next, once the warning is settled: ' : 'next: ';
    context.note(`${first}${typed(context, ['renew', ...names].join(' '))}`);
  }
  // What renew has nothing to do about, but a person has.
  const overdue = steps.some((step) => step.action === 'blocked' || isOverdue(step, context.now));
  return flags.check && (due.length > 0 || overdue) ? EXIT.due : EXIT.done;
}

/** Tells why no key could be sealed, such as a sealing certificate that has expired. */
async function tellUnsealable(
  context: Context,
  folder: Folder,
  planned: readonly Grouped[],
  unusable: (error: ReleafError) => void,
): Promise<void> {
  const made = planned.filter(({ step }) => isDue(step) && !step.keeps);
  if (made.length === 0) return;
  // Loads the DER codec, which a plan without work does not need.
  const { sealers } = await import('./sealers.js');
  try {
    sealers(folder, { ...context, note: () => undefined }, made);
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    unusable(error);
  }
}

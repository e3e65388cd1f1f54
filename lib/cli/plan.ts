import { isDue, isOverdue, plan, type Step } from '../rotation/plan';
import { planJson, planTable } from '../report/plan';
import { openFolder, readCertificate } from '../store/folder';
import { sealedForIn } from '../store/sealed-for';
import { EXIT, type Context, type ExitStatus } from './context';
import { warner } from './failure';
import { typed } from './typed';
import { select } from './selection';

export interface PlanFlags {
  readonly check: boolean;
  readonly json: boolean;
  readonly group?: 'namespace' | 'all' | 'none';
  readonly max?: number;
  readonly step?: 'renew' | 'await';
}

/** `releaf plan`: what is due and why; writes nothing. */
export function runPlan(context: Context, names: readonly string[], flags: PlanFlags): ExitStatus {
  const folder = openFolder(context.folder);
  const specs = select(folder, names);
  const sealedFor = sealedForIn(folder, warner(context));
  const steps: readonly Step[] = specs.flatMap((spec) =>
    plan([readCertificate(folder, spec)], context.now, { sealedFor }),
  );
  if (flags.json) context.print(planJson(steps));
  else if (steps.length === 0) context.note(`${folder.configFile} has no certificates`);
  else context.print(planTable(steps));
  const due = steps.filter(isDue);
  if (!flags.json && due.length > 0) {
    context.note(`next: ${typed(context, ['renew', ...names].join(' '))}`);
  }
  // What renew has nothing to do about, but a person has.
  const overdue = steps.some((step) => step.action === 'blocked' || isOverdue(step, context.now));
  return flags.check && (due.length > 0 || overdue) ? EXIT.due : EXIT.done;
}

import type { Plan } from './planned';

/**
 * Removes operations as long as the rest still fails: first half of them at once, in the end one by one. Each operation has
 * its own random numbers, so removing one does not change the others.
 */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let shortest = plan;
  for (let size = Math.ceil(plan.operations.length / 2); size > 1; size = Math.ceil(size / 2)) {
    shortest = await withoutRuns(shortest, size, fails);
  }
  for (;;) {
    const shorter = await withoutRuns(shortest, 1, fails);
    if (shorter.operations.length === shortest.operations.length) return shortest;
    shortest = shorter;
  }
}

/** Removes each run of `size` operations without which the rest still fails. */
async function withoutRuns(plan: Plan, size: number, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let shortest = plan;
  for (let end = plan.operations.length; end > 0; end -= size) {
    const operations = shortest.operations.toSpliced(Math.max(0, end - size), Math.min(size, end));
    const shorter = { ...shortest, operations };
    if (await fails(shorter)) shortest = shorter;
  }
  return shortest;
}

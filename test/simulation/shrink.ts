import type { Plan } from './plan';

/**
 * Leaves out one operation after the other as long as the rest still fails. Each operation has random numbers of
 * its own, so the others go on as they did.
 */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let shortest = plan;
  for (let place = plan.operations.length - 1; place >= 0; place -= 1) {
    const operations = shortest.operations.filter((_, other) => other !== place);
    const shorter = { ...shortest, operations };
    if (await fails(shorter)) {
      shortest = shorter;
    }
  }
  return shortest.operations.length < plan.operations.length ? shrink(shortest, fails) : shortest;
}

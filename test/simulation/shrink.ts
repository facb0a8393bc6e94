import type { Plan } from './planned';

/**
 * Removes operations one by one as long as the rest still fails. Each operation has its own random numbers, so removing
 * one does not change the others.
 */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let shortest = plan;
  for (let index = plan.operations.length - 1; index >= 0; index -= 1) {
    const operations = shortest.operations.filter((_, other) => other !== index);
    const shorter = { ...shortest, operations };
    if (await fails(shorter)) {
      shortest = shorter;
    }
  }
  return shortest.operations.length < plan.operations.length ? shrink(shortest, fails) : shortest;
}

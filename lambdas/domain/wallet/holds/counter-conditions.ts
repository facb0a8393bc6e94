import { absent, any, compare, type Condition } from '../../table/condition';

/** An absent counter counts as zero, so it exceeds only a negative limit. */
export const atMost = (attribute: string, most: bigint): Condition => {
  const isBelow = compare(attribute, '<=', most);
  return most < 0n ? isBelow : any(absent(attribute), isBelow);
};

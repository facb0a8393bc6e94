import { type ErasureInput, erasureInputSchema } from '../../contracts/storage/erasure';
import type { ErasureStepResult } from '../../contracts/workflows/erasure-workflow';
import { withoutMessage } from './without-message';

/** A step of an erasure as a function. It ignores the results of earlier steps in its input. */
export const erasureStep = <Dependencies>(
  step: (dependencies: Dependencies, input: ErasureInput) => Promise<ErasureStepResult>,
  dependencies: Dependencies,
) => withoutMessage((event): Promise<ErasureStepResult> => step(dependencies, erasureInputSchema.strip().parse(event)));

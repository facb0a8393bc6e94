import { exportInputSchema } from '../../contracts/storage/export';
import { deliverExport, type DeliverDependencies } from '../../domain/privacy/export/deliver';

/** The step that makes an export available. */
export const exportDeliver =
  (dependencies: DeliverDependencies) =>
  (event: unknown): Promise<void> =>
    deliverExport(dependencies, exportInputSchema.strip().parse(event));

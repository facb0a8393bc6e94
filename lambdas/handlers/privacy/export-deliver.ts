import { exportInputSchema } from '../../contracts/storage/export';
import { deliverExport, type DeliverDependencies } from '../../domain/privacy/export/deliver';
import { withoutMessage } from './without-message';

/** The step that makes an export available. */
export const exportDeliver = (dependencies: DeliverDependencies) =>
  withoutMessage((event): Promise<void> => deliverExport(dependencies, exportInputSchema.strip().parse(event)));

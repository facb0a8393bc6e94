import { exportInputSchema } from '../../contracts/storage/export';
import { type PartWritten, writePart, type WritePartDependencies } from '../../domain/privacy/export/write-part';
import { withoutMessage } from './without-message';

/** The step that writes the next file of an export. It ignores additions of earlier steps to the input. */
export const exportWrite = (dependencies: WritePartDependencies) =>
  withoutMessage((event): Promise<PartWritten> => writePart(dependencies, exportInputSchema.strip().parse(event)));

import type { Key } from './key-parts';

export const JOB_CURSORS_PARTITION = 'job-cursors';
/** Where a job that goes through a partition stopped, in the partition's own table. */
export const jobCursorKey = (partition: string): Key => ({ pk: JOB_CURSORS_PARTITION, sk: partition });

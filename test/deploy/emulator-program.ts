import { join } from 'node:path';
import type { PythonProgram } from '../../dev/tools/python/python-environment';
import { HERE } from './cache-folder';

/** The emulated AWS. */
export const EMULATOR: PythonProgram = {
  name: 'ministack',
  folder: 'deploy-python',
  requirements: join(HERE, 'requirements.txt'),
};

import aslValidator from 'asl-validator';
import { EXPORT_STEPS, EXPORT_WORKFLOW } from '../../lambdas/contracts/workflows/export-workflow';
import { allowedBy } from './allowed-by';
import { synthesize } from './synthesis';


import { acknowledgementsPage } from './acknowledgements-page';
import type { Assembly } from './assembly';
import { controlsPage } from './controls-page';
import { dataMapPage, processingPage } from './data-map-page';
import { iamPage } from './iam-page';
import { openApiPage } from './openapi-page';
import { NOTICE_PAGES } from './privacy-notice-page';
import { promisesPage } from './promises-page';
import { resourcesPage } from './resources-page';
import { rolesPage } from './roles-page';
import { subprocessorsPage } from './subprocessors-page';

/** The pages of docs/generated that describe a deployment, by the name of their file. */
export const PAGES: readonly (readonly [file: string, render: (assembly: Assembly) => string])[] = [
  ['acknowledgements.md', acknowledgementsPage],
  ['iam.md', iamPage],
  ['resources.md', resourcesPage],
  ['roles.md', rolesPage],
  ['data-map.md', dataMapPage],
  ['processing.md', processingPage],
  ['subprocessors.md', subprocessorsPage],
  ['promises.md', promisesPage],
  ['controls.md', controlsPage],
  ['openapi.json', openApiPage],
  ...NOTICE_PAGES,
];

import { execFileSync } from 'node:child_process';
import { z } from 'zod';

const componentSchema = z.looseObject({ name: z.string(), version: z.string(), purl: z.string() });
const sbomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.looseObject({ component: z.looseObject({ name: z.string() }) }),
  components: z.array(componentSchema),
});

/** A list of software components in the format of CycloneDX. */
export type ComponentList = z.infer<typeof sbomSchema>;

/**
 * Lists the software components of the lock file, without a network. Those that only development needs have the property
 * `cdx:npm:package:development`; npm's own option to leave them out also leaves out some that both need.
 */
export function listComponents(): ComponentList {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const text = execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const sbom = sbomSchema.parse(JSON.parse(text));
  const { metadata } = sbom;
  return {
    ...sbom,
    // npm calls the project after its folder.
    metadata: { ...metadata, component: { ...metadata.component, name: 'tollgate' } },
    // A package is identified by its purl and hash; where a machine downloads it is that machine's setting.
    components: sbom.components.map(({ externalReferences: _unused, ...component }) =>
      componentSchema.parse(component),
    ),
  };
}

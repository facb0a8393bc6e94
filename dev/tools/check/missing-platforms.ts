interface LockedPackage {
  /** The package's name, if its folder has another. */
  readonly name?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: { readonly [name: string]: string };
}

/** The fields of package-lock.json (lockfileVersion 3) that are read here. */
export interface LockFile {
  readonly packages: { readonly [path: string]: LockedPackage };
}

/** The end of a package name, such as `@swc/core-linux-arm64-musl`, says which platform it is for. */
const PLATFORM = /(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)(?:-([a-z]+))?$/;

function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const [, os, cpu, abi] = PLATFORM.exec(name) ?? [];
  if (os === undefined || cpu === undefined) throw new Error(`the name of ${name} contains no platform`);
  if (os !== 'linux' || abi === undefined) return { cpu: [cpu], os: [os] };
  return { cpu: [cpu], libc: [abi.startsWith('musl') ? 'musl' : 'glibc'], os: [os] };
}

/** Finds optional dependencies that a locked package names but the lock file lacks, by the path they would have in it. */
export function missingPlatforms({ packages }: LockFile): { readonly [path: string]: LockedPackage } {
  const missing: { [path: string]: LockedPackage } = {};
  for (const [path, locked] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
      const candidates = [`${path}/node_modules/${name}`, `node_modules/${name}`];
      if (candidates.some((candidate) => candidate in packages)) continue;
      const dev = locked.dev === true ? { dev: true } : {};
      missing[`node_modules/${name}`] = { version, ...dev, optional: true, ...platformOf(name) };
    }
  }
  return missing;
}

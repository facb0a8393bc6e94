interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: { readonly [name: string]: string };
}

/** What matters here of package-lock.json (lockfileVersion 3). */
export interface Lock {
  readonly packages: { readonly [path: string]: LockedPackage };
}

/** `@swc/core-linux-arm64-musl` runs where its last words say. */
const PLATFORM = /(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)(?:-([a-z]+))?$/;

function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const [, os, cpu, abi] = PLATFORM.exec(name) ?? [];
  if (os === undefined || cpu === undefined) throw new Error(`no platform in the name of ${name}`);
  if (os !== 'linux' || abi === undefined) return { cpu: [cpu], os: [os] };
  return { cpu: [cpu], libc: [abi.startsWith('musl') ? 'musl' : 'glibc'], os: [os] };
}

/** The optional dependencies that some locked package names and the lock does not list, by their place in it. */
export function missingPlatforms({ packages }: Lock): { readonly [path: string]: LockedPackage } {
  const missing: { [path: string]: LockedPackage } = {};
  for (const [path, locked] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
      if (places.some((place) => place in packages)) continue;
      const dev = locked.dev === true ? { dev: true } : {};
      missing[`node_modules/${name}`] = { version, ...dev, optional: true, ...platformOf(name) };
    }
  }
  return missing;
}

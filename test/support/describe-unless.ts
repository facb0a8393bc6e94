/**
 * `describe`, where this machine has what its tests need. Elsewhere they are skipped, and their names say why, so that
 * the closing reporter can list what did not run.
 *
 * @param missing what the machine lacks, as a short clause
 */
export const describeUnless =
  (missing: string | undefined) =>
  (name: string, define: () => void): void =>
    missing === undefined ? describe(name, define) : describe.skip(`${name} (not run: ${missing})`, define);

/**
 * Acts as `describe` unless the machine lacks something that the tests need. Then they are skipped, and their names say
 * why, so that the closing line reporter can list them.
 *
 * @param missing what the machine lacks, as a short clause
 */
export const describeUnless =
  (missing: string | undefined) =>
  (name: string, define: () => void): void =>
    missing === undefined ? describe(name, define) : describe.skip(`${name} (not run: ${missing})`, define);

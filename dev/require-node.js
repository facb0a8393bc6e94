/**
 * Ends the process with one sentence where Node is too old for what package.json pins. npm scripts run on the
 * Node that `npm ci` installs; where npm has none for the platform, they run on the system's. Plain JavaScript,
 * because it has to load in an old Node.
 */
const [MAJOR_MIN, MINOR_MIN] = [22, 12];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < MAJOR_MIN || (major === MAJOR_MIN && minor < MINOR_MIN)) {
  process.stderr.write(
    `Node ${process.versions.node} is too old for Tollgate: install Node 24 (${MAJOR_MIN}.${MINOR_MIN} or newer will do), ` +
      'which `npm ci` brings along only on Linux with glibc and on Windows x64.\n',
  );
  process.exit(1);
}

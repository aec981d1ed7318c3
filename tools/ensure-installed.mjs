// Runs before `npm start`, `npm test` and the other scripts: installs what is missing, and says nothing when nothing is.
// Plain JavaScript for whatever Node starts it. All output goes to stderr: stdout belongs to the command that follows.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_TO_INSTALL = [20, 0];
const OLDEST_TO_RUN = [24, 15];
const LOCK_STALE_AFTER_MS = 15 * 60_000;
const LOCK_UNSIGNED_FOR_MS = 10_000;
const LOCK_POLL_MS = 250;

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.troupe-installed');
const lockFolder = join(modules, '.troupe-installing');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
const runtime = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

class InstallError extends Error {}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Whether a version like 24.15.1 is at least [major, minor]. */
function isAtLeast(version, [major, minor]) {
  const [hasMajor, hasMinor] = version.split('.').map(Number);
  return hasMajor > major || (hasMajor === major && hasMinor >= minor);
}

/** Changes when package.json asks for something else, or when the folder was carried to another kind of machine. */
function fingerprint() {
  const asked = [wanted, manifest.allowScripts, process.platform, process.arch];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}

/** Versions are compared only where package.json names one exactly. */
function isInstalled([name, range]) {
  const text = readText(join(modules, name, 'package.json'));
  if (text === undefined) return false;
  return !/^\d/.test(range) || JSON.parse(text).version === range;
}

/** The stamp is written after a whole install. Without one, npm's own record shows that somebody ran `npm install` by hand. */
function packagesAreThere() {
  const stamp = readText(stampFile);
  const wasFinished = stamp === undefined ? existsSync(join(modules, '.package-lock.json')) : stamp === fingerprint();
  return wasFinished && Object.entries(wanted).every(isInstalled);
}

/** npm scripts run on the pinned runtime where it is there, otherwise on the Node of the machine. */
function runtimeVersion() {
  if (!existsSync(runtime)) return process.versions.node;
  const run = spawnSync(runtime, ['--version'], { encoding: 'utf8' });
  return run.status === 0 ? run.stdout.trim().replace(/^v/, '') : '0.0.0';
}

function runtimeWorks() {
  return isAtLeast(runtimeVersion(), OLDEST_TO_RUN);
}

function isReady() {
  return packagesAreThere() && runtimeWorks();
}

/** npm as it was started for this script, or the one on the path. On Windows that one is a script and needs a shell. */
function npmCommand() {
  const started = process.env.npm_execpath;
  if (started !== undefined && basename(started) === 'npm-cli.js' && existsSync(started)) {
    return { file: process.env.npm_node_execpath ?? process.execPath, before: [started], shell: false };
  }
  return { file: 'npm', before: [], shell: process.platform === 'win32' };
}

function runInstall() {
  // npm takes a package whose folder is there for installed, whatever is left in it.
  if (!runtimeWorks()) rmSync(join(modules, 'node'), { recursive: true, force: true });
  const { file, before, shell } = npmCommand();
  const words = ['install', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const run = spawnSync(file, [...before, ...words], { cwd: root, shell, stdio: ['ignore', 2, 2] });
  if (run.error) throw new InstallError(`npm could not be started (${run.error.message}): install Node 20 or newer with npm.`);
  if (run.status === 0) return;
  const how = run.status === null ? `signal ${run.signal}` : `exit code ${run.status}`;
  throw new InstallError(
    `npm install failed (${how}); npm's own words stand above. Check that this machine reaches the npm registry, then run the same command again.`,
  );
}

function install() {
  say('Installing what is missing (first start, about a minute) ...');
  runInstall();
  const missing = Object.entries(wanted).filter((entry) => !isInstalled(entry));
  if (missing.length > 0) {
    throw new InstallError(
      `npm install ended well, yet ${missing.map(([name]) => name).join(', ')} is not there in the version that package.json names: delete node_modules and run the same command again.`,
    );
  }
  if (!runtimeWorks()) {
    throw new InstallError(
      `the runtime in node_modules/node does not run as Node ${OLDEST_TO_RUN.join('.')} or newer: npm's install scripts may be switched off (npm config get ignore-scripts). Allow them, delete node_modules and run the same command again.`,
    );
  }
}

function writeStamp() {
  try {
    if (readText(stampFile) !== fingerprint()) writeFileSync(stampFile, fingerprint());
  } catch (error) {
    // A read-only folder, as in a container: everything is there, which is what matters.
    if (!['EROFS', 'EACCES', 'EPERM'].includes(error.code)) throw error;
  }
}

function takeLock() {
  mkdirSync(modules, { recursive: true });
  try {
    mkdirSync(lockFolder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(lockFolder, 'pid'), String(process.pid));
  return true;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Whether the lock's owner is gone: killed before it could let go. */
function lockIsStale() {
  const taken = statSync(lockFolder, { throwIfNoEntry: false });
  if (taken === undefined) return false;
  const ageMs = Date.now() - taken.mtimeMs;
  if (ageMs > LOCK_STALE_AFTER_MS) return true;
  const pid = Number(readText(join(lockFolder, 'pid')));
  return pid > 0 ? !isRunning(pid) : ageMs > LOCK_UNSIGNED_FOR_MS;
}

function releaseLock() {
  rmSync(lockFolder, { recursive: true, force: true });
}

function waitForLock() {
  let said = false;
  while (!takeLock()) {
    if (lockIsStale()) {
      releaseLock();
      continue;
    }
    if (!said) say('Waiting for another command that is installing what is missing ...');
    said = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  }
}

function ensureInstalled() {
  if (!isAtLeast(process.versions.node, OLDEST_TO_INSTALL)) {
    throw new InstallError(`Node ${process.versions.node} is too old: install Node 20 or newer (https://nodejs.org).`);
  }
  if (!isReady()) {
    waitForLock();
    try {
      if (!isReady()) install();
    } finally {
      releaseLock();
    }
  }
  writeStamp();
}

try {
  ensureInstalled();
} catch (error) {
  if (!(error instanceof InstallError)) throw error;
  say(`troupe: ${error.message}`);
  process.exitCode = 1;
}

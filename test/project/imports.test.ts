import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT } from './sources';

test('imports/ is what the pinned schemas generate', () => {
  const out = fs.mkdtempSync(path.join(os.tmpdir(), 'imports-'));
  try {
    execFileSync(process.execPath, [path.join(ROOT, 'scripts', 'generate-imports.js'), out], { stdio: 'ignore' });
    const generated = fs.readdirSync(out).filter((file) => file.endsWith('.ts')).sort();
    expect(generated).toEqual(fs.readdirSync(path.join(ROOT, 'imports')).filter((file) => file.endsWith('.ts')).sort());
    for (const file of generated) {
      const [fresh, committed] = [out, path.join(ROOT, 'imports')].map((folder) => fs.readFileSync(path.join(folder, file), 'utf8'));
      expect(fresh === committed ? file : `${file} differs: run npx projen import`).toBe(file);
    }
  } finally {
    fs.rmSync(out, { recursive: true, force: true });
  }
});

import { groupOf, KubeObject, Manifest, Origin, refOf, refText } from '../objects';
import { readDocuments } from './documents';
import { outlineOf, rememberPlace } from './field-position';
import { identify } from './identify';
import { Collected, Reading, ReadingOptions } from './reading';
import { Scopes } from './scopes';
import { Remark, TextDocument } from './text-document';

/** How deep lists may lie in lists. */
const DEEPEST_LIST = 20;

/** Where a value stands: in a document of a text, or at an origin that was given. */
interface Standing {
  readonly origin: Origin;
  readonly document?: TextDocument;
  readonly path: readonly (string | number)[];
}

/** Collects objects from all parts of an input and makes one reading of them. */
export class Collector {
  private readonly collected: Collected = {
    manifests: [], notes: [], errors: [], counts: { files: 0, documents: 0, objects: 0, foreign: 0 },
  };

  constructor(private readonly options: ReadingOptions = {}) {}

  addText(text: string, file?: string): void {
    const { documents, remarks } = readDocuments(text);
    this.collected.counts.files += 1;
    remarks.forEach((remark) => this.addRemark(remark, file));
    for (const document of documents) {
      if (document.value === null || document.value === undefined) {
        continue;
      }
      const origin = originOf(file, document.line);
      this.collected.counts.documents += 1;
      this.addDuplicateKeys(document, file);
      this.addValue(document.value, { origin, document, path: [] });
    }
  }

  addObject(value: unknown, origin: Origin): void {
    this.collected.counts.documents += 1;
    this.addValue(value, { origin, path: [] });
  }

  addError(origin: Origin, text: string): void {
    this.collected.errors.push({ origin, text });
  }

  /** All that was collected, with namespaces, one object of each name. */
  reading(): Reading {
    const { manifests, notes, errors, counts } = this.collected;
    const scopes = new Scopes(manifests.map(({ object }) => object));
    const placed = manifests.map((manifest) => this.inNamespace(manifest, scopes));
    const { kept, notes: replaced } = lastOfEach(placed);
    return { manifests: kept, notes: [...notes, ...replaced], errors, counts };
  }

  private addRemark({ problem, line, column, text }: Remark, file: string | undefined): void {
    const origin = originOf(file, line);
    const { errors, notes, counts } = this.collected;
    if (problem === 'unreadable') {
      errors.push({ origin, column: column === undefined ? undefined : column + 1, text });
    } else if (problem === 'helm-notes') {
      counts.foreign += 1;
      notes.push({ kind: 'not-kubernetes', origin, text });
    } else {
      notes.push({ kind: problem, origin, text });
    }
  }

  private addDuplicateKeys({ duplicates }: TextDocument, file: string | undefined): void {
    for (const { path, first, again } of duplicates) {
      const text = `${path} is written twice, first on line ${first.line + 1}: the last one counts for clients of Kubernetes, and strict ones refuse the object`;
      this.collected.notes.push({ kind: 'duplicate-key', origin: originOf(file, again.line), path, text, other: originOf(file, first.line) });
    }
  }

  private addValue(value: unknown, standing: Standing): void {
    const { counts, notes, errors } = this.collected;
    const { origin } = standing;
    const found = identify(value);
    switch (found.is) {
      case 'list':
        this.addItems(found.items, standing);
        return;
      case 'foreign':
        counts.foreign += 1;
        notes.push({ kind: 'not-kubernetes', origin, text: found.text });
        return;
      case 'wrong':
        errors.push({ origin, text: found.text });
        return;
      default:
        this.addManifest({ object: found.object, origin }, found.generated, standing);
    }
  }

  private addItems(items: readonly unknown[], standing: Standing): void {
    const { origin, path } = standing;
    if (items.length === 0) {
      this.collected.notes.push({ kind: 'empty-list', origin, text: 'a list without objects' });
    }
    if (path.length > 2 * DEEPEST_LIST) {
      this.addError(origin, `lists lie in more than ${DEEPEST_LIST} lists`);
      return;
    }
    items.forEach((item, index) => this.addItem(item, itemStanding(standing, items.length, index)));
  }

  /** A member of a list is an object or wrong: nothing else has a reason to be there. */
  private addItem(item: unknown, standing: Standing): void {
    if (identify(item).is === 'foreign') {
      this.addError(standing.origin, 'a member of a list is no Kubernetes object: apiVersion and kind are not both there');
    } else {
      this.addValue(item, standing);
    }
  }

  private addManifest(manifest: Manifest, generated: boolean, { document, path }: Standing): void {
    const { origin, object } = manifest;
    this.collected.counts.objects += 1;
    this.collected.manifests.push(manifest);
    if (document !== undefined) {
      rememberPlace(origin, { excerpt: document.excerpt, path });
    }
    if (generated) {
      const text = `${refText(refOf(manifest))} gets its name from the cluster (generateName); it is called by the beginning of its name here`;
      this.collected.notes.push({ kind: 'generated-name', origin, text, object: refOf(manifest) });
    }
    for (const { path: field, problem } of this.options.unknownFields?.(object) ?? []) {
      this.collected.notes.push({ kind: 'unknown-field', origin, path: field, text: problem, object: refOf(manifest) });
    }
  }

  private inNamespace(manifest: Manifest, scopes: Scopes): Manifest {
    const { object, origin } = manifest;
    const { namespace } = object.metadata;
    const wanted = scopes.isClusterScoped(object) ? undefined : namespace ?? this.options.defaultNamespace ?? 'default';
    return wanted === namespace ? manifest : { object: { ...object, metadata: withNamespace(object, wanted) }, origin };
  }
}

function withNamespace({ metadata }: KubeObject, namespace: string | undefined): KubeObject['metadata'] {
  const { namespace: _, ...rest } = metadata;
  return namespace === undefined ? rest : { ...rest, namespace };
}

function originOf(file: string | undefined, line: number): Origin {
  return file === undefined ? { line: line + 1 } : { file, line: line + 1 };
}

/** Where a member of a list stands: in its own part of the text, if that was seen while reading. */
function itemStanding({ origin, document, path }: Standing, count: number, index: number): Standing {
  if (document === undefined) {
    return { origin: { ...origin }, path: [...path, 'items', index] };
  }
  const { excerpt, parts, partPath = [] } = document;
  if (path.length === 0 && parts?.length === count) {
    const { start, end, line } = parts[index];
    const own = { ...document, excerpt: { text: excerpt.text, start, end, line: excerpt.line + line }, parts: undefined };
    return { origin: originOf(origin.file, own.excerpt.line), document: own, path: partPath };
  }
  const inner = [...path, 'items', index];
  const line = outlineOf(excerpt)?.place(inner).line;
  return { origin: originOf(origin.file, line === undefined ? document.line : excerpt.line + line), document, path: inner };
}

function keyOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${groupOf(apiVersion)}|${kind}|${metadata.namespace ?? ''}|${metadata.name}`;
}

/** The last object of each name, where it stands, and what was replaced. Generated names never meet. */
export function lastOfEach(manifests: readonly Manifest[]): { kept: Manifest[]; notes: Reading['notes'] } {
  const winners = new Map<string, Manifest>();
  for (const manifest of manifests) {
    winners.set(keyOf(manifest.object), manifest);
  }
  if (winners.size === manifests.length) {
    return { kept: [...manifests], notes: [] };
  }
  const isGenerated = ({ object }: Manifest) => object.metadata.name === (object.metadata as { generateName?: unknown }).generateName;
  const isKept = (manifest: Manifest) => winners.get(keyOf(manifest.object)) === manifest || isGenerated(manifest);
  const replaced = manifests.filter((manifest) => !isKept(manifest));
  const notes = replaced.map((manifest) => replacedNote(manifest, winners.get(keyOf(manifest.object))!));
  return { kept: manifests.filter(isKept), notes };
}

function replacedNote(manifest: Manifest, winner: Manifest): Reading['notes'][number] {
  const same = isEqual(manifest.object, winner.object);
  const name = refText(refOf(manifest));
  const text = same
    ? `${name} is there twice with the same content (again ${placeText(winner.origin)})`
    : `${name} is there twice with different content: the one ${placeText(winner.origin)} is applied last and counts`;
  return { kind: 'duplicate-object', origin: manifest.origin, text, object: refOf(manifest), other: winner.origin };
}

function placeText({ file, line, constructPath }: Origin): string {
  const inFile = file === undefined ? undefined : `in ${file}`;
  const onLine = line === undefined ? undefined : `on line ${line}`;
  const at = constructPath === undefined ? undefined : `at ${constructPath}`;
  return [inFile, onLine, at].filter((part) => part !== undefined).join(' ') || 'that comes later';
}

function isEqual(a: unknown, b: unknown): boolean {
  if (!isCollection(a) || !isCollection(b) || Array.isArray(a) !== Array.isArray(b)) {
    return Object.is(a, b);
  }
  const fields = Object.keys(a);
  return fields.length === Object.keys(b).length &&
    fields.every((field) => Object.hasOwn(b, field) && isEqual(a[field], b[field]));
}

function isCollection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

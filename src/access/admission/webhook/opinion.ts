import type { Message } from './decode';

/** What the webhook collects about an object. Errors refuse it, warnings are shown to whoever sends it. */
export class Opinion {
  readonly errors: string[] = [];
  readonly warnings: string[] = [];

  error(problem: string): void {
    this.errors.push(problem);
  }

  /** Takes a problem if there is one. */
  errorIf(problem: string | undefined): void {
    if (problem !== undefined) {
      this.errors.push(problem);
    }
  }

  warn(problem: string): void {
    this.warnings.push(problem);
  }

  /** Takes over errors alone: istiod loses warnings where it gathers plain errors. */
  takeErrors(other: Opinion): void {
    this.errors.push(...other.errors);
  }
}

/** What the webhook looks at besides the spec. */
export interface WebhookMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly annotations: Readonly<Record<string, unknown>>;
}

/** Checks a decoded spec of one kind. */
export type WebhookCheck = (spec: Message, metadata: WebhookMetadata, opinion: Opinion) => void;

/** A message below a field, or `undefined`. */
export function messageAt(message: Message, field: string): Message | undefined {
  return message[field] as Message | undefined;
}

/** The messages in a list. */
export function messagesAt(message: Message | undefined, field: string): readonly Message[] {
  return (message?.[field] as readonly Message[] | undefined) ?? [];
}

/** The texts in a list. */
export function textsAt(message: Message | undefined, field: string): readonly string[] {
  return (message?.[field] as readonly string[] | undefined) ?? [];
}

/** A text; empty where it is absent. */
export function textAt(message: Message | undefined, field: string): string {
  return (message?.[field] as string | undefined) ?? '';
}

/** A number; zero where it is absent. */
export function numberAt(message: Message | undefined, field: string): number {
  return (message?.[field] as number | undefined) ?? 0;
}

/** The entries of a map. */
export function entriesAt(message: Message | undefined, field: string): [string, unknown][] {
  return Object.entries((message?.[field] as Record<string, unknown> | undefined) ?? {});
}

import type { Message } from './decode';
import { entriesAt, messageAt, messagesAt, numberAt, Opinion, textAt, WebhookCheck } from './opinion';
import { checkAttachment } from './targets';
import { parseCel } from '../cel/parse';
import { CelSyntaxError } from '../cel/tokens';

/** What the webhook says of a Telemetry. */
export const checkTelemetry: WebhookCheck = (spec, _, opinion) => {
  checkAttachment(spec, opinion);
  messagesAt(spec, 'metrics').forEach((metrics) => checkMetrics(metrics, opinion));
  const tracing = messagesAt(spec, 'tracing');
  if (tracing.length > 1) {
    opinion.warn('multiple tracing is not currently supported');
  }
  tracing.forEach((one) => checkTracing(one, opinion));
  for (const logging of messagesAt(spec, 'accessLogging')) {
    const filter = messageAt(logging, 'filter');
    opinion.errorIf(filter === undefined ? undefined : expressionProblem(textAt(filter, 'expression')));
    checkProviders(logging, opinion);
  }
};

function checkProviders(of: Message, opinion: Opinion): void {
  opinion.errorIf(messagesAt(of, 'providers').some((provider) => textAt(provider, 'name') === '') ? 'providers.name may not be empty' : undefined);
}

function expressionProblem(expression: string): string | undefined {
  try {
    parseCel(expression);
    return undefined;
  } catch (error) {
    if (error instanceof CelSyntaxError) {
      return `must be a valid CEL expression, ${error.message}`;
    }
    throw error;
  }
}

const TAG_FIELDS = { literal: 'value', header: 'name', environment: 'name' };

function checkTracing(tracing: Message, opinion: Opinion): void {
  if (messagesAt(tracing, 'providers').length > 1) {
    opinion.warn('multiple providers is not currently supported');
  }
  checkProviders(tracing, opinion);
  const percentage = numberAt(tracing, 'randomSamplingPercentage');
  opinion.errorIf(percentage < 0 || percentage > 100 ? 'randomSamplingPercentage must be in range [0.0, 100.0]' : undefined);
  for (const [name, tag] of entriesAt(tracing, 'customTags')) {
    opinion.errorIf(name === '' ? 'tag name may not be empty' : undefined);
    for (const [type, field] of Object.entries(TAG_FIELDS)) {
      const message = messageAt(tag as Message, type);
      opinion.errorIf(message !== undefined && textAt(message, field) === '' ? `${type} tag ${field} may not be empty` : undefined);
    }
  }
}

function checkMetrics(metrics: Message, opinion: Opinion): void {
  checkProviders(metrics, opinion);
  for (const override of messagesAt(metrics, 'overrides')) {
    for (const [name, tag] of entriesAt(override, 'tagOverrides')) {
      if (name === '') {
        opinion.warn('tagOverrides.name may not be empty');
      }
      const operation = textAt(tag as Message, 'operation');
      const empty = textAt(tag as Message, 'value') === '';
      opinion.errorIf(['', 'UPSERT'].includes(operation) && empty ? 'tagOverrides.value must be set when operation is UPSERT' : undefined);
      opinion.errorIf(operation === 'REMOVE' && !empty ? 'tagOverrides.value may only be set when operation is UPSERT' : undefined);
    }
    opinion.errorIf(messageAt(override, 'match')?.customMetric === '' ? 'customMetric may not be empty' : undefined);
  }
}

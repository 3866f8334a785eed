import { parseRequestUrl, parseUrl } from '../go-texts';
import type { Message } from './decode';
import { messageAt, messagesAt, numberAt, Opinion, textAt, WebhookCheck } from './opinion';
import { checkAttachment, checkSelector } from './targets';

const SCHEMES = ['', 'file', 'http', 'https', 'oci'];
const LONGEST_NAME = 256;
const LONGEST_SECRET = 253;
const LONGEST_CODE = 65536;

/** What the webhook says of a WasmPlugin. */
export const checkWasmPlugin: WebhookCheck = (spec, _, opinion) => {
  checkAttachment(spec, opinion);
  checkWasm(spec, opinion);
  checkMatches(spec, opinion);
};

/** What the webhook says of a TrafficExtension. */
export const checkTrafficExtension: WebhookCheck = (spec, _, opinion) => {
  const [wasm, lua] = [messageAt(spec, 'wasm'), messageAt(spec, 'lua')];
  opinion.errorIf((wasm === undefined) === (lua === undefined) ? 'exactly one of wasm or lua must be set' : undefined);
  checkAttachment(spec, opinion);
  if (lua !== undefined) {
    const size = Buffer.byteLength(textAt(lua, 'inlineCode'));
    opinion.errorIf(size === 0 ? 'lua.inlineCode cannot be empty' : size > LONGEST_CODE ? 'lua.inlineCode exceeds maximum size of 64KB' : undefined);
  }
  if (wasm !== undefined) {
    checkWasm(wasm, opinion);
  }
  checkMatches(spec, opinion);
};

/** What the webhook says of a ProxyConfig. */
export const checkProxyConfig: WebhookCheck = (spec, _, opinion) => {
  checkSelector(messageAt(spec, 'selector'), opinion);
  opinion.errorIf(numberAt(spec, 'concurrency') < 0 ? 'concurrency must be greater than or equal to 0' : undefined);
};

function checkWasm(wasm: Message, opinion: Opinion): void {
  opinion.errorIf(urlProblem(textAt(wasm, 'url')));
  const sum = textAt(wasm, 'sha256');
  opinion.errorIf(sum === '' || /^[a-f0-9]{64}$/.test(sum) ? undefined : 'sha256 field must match [a-f0-9]{64} pattern');
  opinion.errorIf(Buffer.byteLength(textAt(wasm, 'imagePullSecret')) > LONGEST_SECRET ? 'imagePullSecret field must be less than 253 characters long' : undefined);
  opinion.errorIf(Buffer.byteLength(textAt(wasm, 'pluginName')) > LONGEST_NAME ? 'pluginName field must be less than 255 characters long' : undefined);
  opinion.errorIf(environmentProblem(messagesAt(messageAt(wasm, 'vmConfig'), 'env')));
}

function urlProblem(text: string): string | undefined {
  if (text === '') {
    return 'url field needs to be set';
  }
  const whole = parseRequestUrl(text) === undefined ? `http://${text}` : text;
  const url = parseRequestUrl(whole);
  if (url === undefined || parseUrl(whole) === undefined) {
    return `failed to parse url: ${text}`;
  }
  return SCHEMES.includes(url.scheme) ? undefined : `url contains unsupported scheme: ${url.scheme}`;
}

function environmentProblem(variables: readonly Message[]): string | undefined {
  const names = new Set<string>();
  for (const variable of variables) {
    const name = textAt(variable, 'name');
    if (name === '' || Buffer.byteLength(name) > LONGEST_NAME || names.has(name)) {
      return name === '' ? 'spec.vmConfig.env invalid' : names.has(name) ? 'duplicate env' : 'env.name field must be less than 255 characters long';
    }
    if (!['', 'INLINE'].includes(textAt(variable, 'valueFrom')) && textAt(variable, 'value') !== '') {
      return 'value may only be set when valueFrom is INLINE';
    }
    names.add(name);
  }
  return undefined;
}

function checkMatches(spec: Message, opinion: Opinion): void {
  const numbers = messagesAt(spec, 'match').flatMap((match) => messagesAt(match, 'ports')).map((port) => numberAt(port, 'number'));
  const bad = numbers.find((number) => number <= 0 || number > 65535);
  opinion.errorIf(bad === undefined ? undefined : `a port of spec.match is out of range: ${bad}`);
}

/** Where the command writes to. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
}

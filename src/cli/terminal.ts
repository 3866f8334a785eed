/** Where the command writes to. */
export interface Terminal {
  /** whether colours can be shown; left out: no */
  readonly colour?: boolean;
  /** whether a person watches the error stream; left out: no */
  readonly watched?: boolean;
  out(text: string): void;
  error(text: string): void;
}

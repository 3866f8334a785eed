/** Where the command writes to. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** whether what goes out may have colours */
  readonly colour?: boolean;
  /** whether somebody watches the error stream */
  readonly watched?: boolean;
}

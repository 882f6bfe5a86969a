// What a flag is: parser, help and completion are made from such data.

/** One flag. */
export interface OptionSpec {
  /** Long name without dashes. */
  readonly name: string;
  readonly short?: string;
  /** Further long names, not shown. */
  readonly aliases?: readonly string[];
  /** Name of the value in help; absent for a switch. */
  readonly value?: string;
  /** The value may be left out. */
  readonly valueOptional?: boolean;
  /** May be given several times; values add up. */
  readonly many?: boolean;
  readonly choices?: readonly string[];
  readonly help: string;
}

// Everything that the app says, in one place; a text with values in it is a function of them. Plain words, the field's terms,
// no exclamation marks. Amounts come formatted, with their unit.

export const copy = {
  // ------------------------------------------------------------ pages

  // ------------------------------------------------------------ explanation of a payout

  // ------------------------------------------------------------ check

  // ------------------------------------------------------------ risk and exit

  // ------------------------------------------------------------ flows

  // ------------------------------------------------------------ errors
} as const;

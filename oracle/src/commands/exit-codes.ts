export const GOOD = 0;
export const BAD_ANSWER = 1;
export const BAD_USE = 2;
export const CANT_TELL_NOW = 3;

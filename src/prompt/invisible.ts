/**
 * What nobody sees, and what may be taken out of a text later: a token with one of them inside is still meant as a token. Besides
 * format characters, these are control characters other than white space, and halves of surrogate pairs, which encoders drop.
 */
export const INVISIBLE = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
export const EVERY_INVISIBLE = new RegExp(INVISIBLE, 'gu');

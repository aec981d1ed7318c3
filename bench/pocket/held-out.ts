import { crc32 } from 'node:zlib';

/**
 * Whether training never saw this value: tools/pocket/values.py leaves out exactly those whose CRC-32 in lower case and NFC is
 * divisible by ten, so that the bench can ask for values which the model cannot know by heart.
 */
export function isHeldOut(value: string): boolean {
  return crc32(Buffer.from(value.toLowerCase().normalize('NFC'), 'utf8')) % 10 === 0;
}

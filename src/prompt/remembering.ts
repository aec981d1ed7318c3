/**
 * The same function, which remembers what it made of the last few things that it was asked about, oldest forgotten first. What it
 * throws is not remembered.
 */
export function remembering<Asked, Made>(
  make: (asked: Asked) => Made,
  { isSame = Object.is, atMost = 8 }: { isSame?: (one: Asked, other: Asked) => boolean; atMost?: number } = {},
): (asked: Asked) => Made {
  const known: { asked: Asked; made: Made }[] = [];
  return (asked) => {
    const found = known.find((entry) => isSame(entry.asked, asked));
    if (found) return found.made;
    const made = make(asked);
    known.push({ asked, made });
    if (known.length > atMost) known.shift();
    return made;
  };
}

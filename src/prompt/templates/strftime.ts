const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/**
 * A date in the format of Python's strftime, in UTC and English on every machine, so that a prompt does not depend on where it is
 * made. Formats it does not know stay as they are written. Source: https://docs.python.org/3/library/datetime.html#format-codes
 */
export function strftime(date: Date, format: string): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const month = MONTHS[date.getUTCMonth()] ?? '';
  const day = DAYS[date.getUTCDay()] ?? '';
  const hour = date.getUTCHours();
  const parts: Readonly<Record<string, string>> = {
    Y: String(date.getUTCFullYear()),
    y: two(date.getUTCFullYear() % 100),
    m: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    B: month,
    b: month.slice(0, 3),
    A: day,
    a: day.slice(0, 3),
    H: two(hour),
    I: two(hour % 12 || 12),
    p: hour < 12 ? 'AM' : 'PM',
    M: two(date.getUTCMinutes()),
    S: two(date.getUTCSeconds()),
    Z: 'UTC',
    z: '+0000',
    '%': '%',
  };
  return format.replace(/%(-?)([A-Za-z%])/g, (written: string, bare: string, code: string) => {
    const part = parts[code];
    if (part === undefined) return written;
    return bare === '-' ? part.replace(/^0(?=\d)/, '') : part;
  });
}

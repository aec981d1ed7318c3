import { z } from 'zod';
import { personaSchema } from './persona.ts';

/** The JSON Schema of a persona file as text: what `troupe persona schema` prints and personas/persona.schema.json holds. */
export function personaSchemaText(): string {
  const schema = z.toJSONSchema(personaSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'Troupe persona', ...schema }, null, 2)}\n`;
}

export type Fault = {
  /** answer with this status instead of serving the request; ignored with `hang` or `cut` */
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** how many requests fail; 1 unless told */
  times?: number;
  /** never answer: before anything is done, or after the request took effect */
  hang?: 'before' | 'after';
  /** reset the connection: before anything is done, or after the request took effect */
  cut?: 'before' | 'after';
};
type Planned = { method: string; route: string | RegExp; fault: Fault; left: number };

/** Failures ordered in advance, by method and route. */
export class Faults {
  private planned: Planned[] = [];

  /** `route`: a template such as `/channels/:id/messages` (names of parameters do not matter), or a pattern for the path. */
  plan(method: string, route: string | RegExp, fault: Fault): void {
    this.planned.push({ method, route: typeof route === 'string' ? anonymous(route) : route, fault, left: fault.times ?? 1 });
  }

  take(method: string, route: string, path: string): Fault | undefined {
    const next = this.planned.find(
      (plan) =>
        plan.method === method && (typeof plan.route === 'string' ? plan.route === anonymous(route) : plan.route.test(path)),
    );
    if (next === undefined) return undefined;
    next.left -= 1;
    if (next.left === 0) this.planned = this.planned.filter((plan) => plan !== next);
    return next.fault;
  }
}

function anonymous(template: string): string {
  return template.replace(/:\w+/g, ':');
}

/** A list that comes in pages, with its loading and its failure. */
import { ApiProblem, type Page } from '../api';

export class Pager<T> {
  items = $state.raw<T[]>([]);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state.raw<ApiProblem | null>(null);
  /** True while a further page is on its way. */
  busy = $state(false);
  more = $state(false);
  #cursor: string | null = null;
  #ask: (cursor?: string) => Promise<Page<T>>;

  constructor(ask: (cursor?: string) => Promise<Page<T>>) {
    this.#ask = ask;
  }

  get empty(): boolean {
    return this.state === 'ready' && this.items.length === 0;
  }

  /** Starts from the first page. */
  load = async (): Promise<void> => {
    if (this.items.length === 0) this.state = 'loading';
    this.#cursor = null;
    await this.#take(() => []);
  };

  next = async (): Promise<void> => {
    if (this.busy || !this.more) return;
    this.busy = true;
    await this.#take(() => this.items);
    this.busy = false;
  };

  async #take(before: () => T[]): Promise<void> {
    try {
      const page = await this.#ask(this.#cursor ?? undefined);
      this.items = [...before(), ...page.items];
      this.#cursor = page.next_cursor;
      this.more = page.next_cursor !== null;
      this.state = 'ready';
      this.problem = null;
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      this.problem = problem;
      if (this.items.length === 0) this.state = 'failed';
    }
  }
}

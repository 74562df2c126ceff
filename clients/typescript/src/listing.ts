/** What comes in pages, and can be had a page at a time or one by one. */

/** Awaited, it is a page; looped over with `for await`, it is everything, with as many requests as that takes. */
export class Listing<Page extends { cursor?: string | null }, Item> implements PromiseLike<Page>, AsyncIterable<Item> {
  readonly #fetch: (cursor?: string) => Promise<Page>;
  readonly #items: (page: Page) => Iterable<Item>;

  constructor(fetch: (cursor?: string) => Promise<Page>, items: (page: Page) => Iterable<Item>) {
    this.#fetch = fetch;
    this.#items = items;
  }

  then<A = Page, B = never>(
    fulfilled?: ((page: Page) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#fetch().then(fulfilled, rejected);
  }

  /** Page after page. */
  async *pages(): AsyncGenerator<Page, void> {
    let page = await this.#fetch();
    yield page;
    while (page.cursor != null) {
      page = await this.#fetch(page.cursor);
      yield page;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    for await (const page of this.pages()) yield* this.#items(page);
  }
}

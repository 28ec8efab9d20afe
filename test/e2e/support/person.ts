/**
 * One of the two people: a browser of their own and what they do, found by the words and names
 * that the screen gives to everybody, those who cannot see it included.
 */
import {
  expect,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from '@playwright/test';
import { watchPolicy } from './policy-watch.ts';
import { isNoiseOfTap } from './wire.ts';

export interface Card {
  link: string;
  code: string;
}

export interface Cards {
  ann: Card;
  bob: Card;
}

/** A code that is well-formed and not this one. */
export function wrongCode(code: string): string {
  return (code.startsWith('Z') ? 'Y' : 'Z') + code.slice(1);
}

/**
 * Answers that are part of a test (a wrong code, a server away) are told to the console too, and
 * over plain http that it cannot isolate the page.
 */
const EXPECTED =
  /Failed to load resource|WebSocket connection to|net::ERR_|Cross-Origin-Opener-Policy header has been ignored/;

export class Person {
  readonly context: BrowserContext;
  /** Where this person finds the product. */
  readonly base: string;
  /** What went wrong in any of their pages: script errors, violations of the policy. */
  readonly problems: string[] = [];
  /** Breaches of the policy alone, each as directive and what was blocked. */
  readonly violations: string[] = [];
  #page: Page | null = null;
  static #arrived: Person[] = [];

  /** All that came since this was last asked, however they came. */
  static takeArrived(): Person[] {
    return Person.#arrived.splice(0);
  }

  private constructor(context: BrowserContext, base: string) {
    this.context = context;
    this.base = base;
    context.on('page', (page) => {
      page.on('pageerror', (error) => this.problems.push(String(error)));
      page.on('console', (message) => {
        const text = message.text();
        if (message.type() !== 'error' || EXPECTED.test(text)) return;
        if (!isNoiseOfTap(text, context, page)) this.problems.push(text);
      });
    });
  }

  static async arrive(
    browser: Browser,
    base: string,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    // The page's worker answers where tests hold the network up, and comes when it likes: whoever
    // is to have one says so.
    const context = await browser.newContext({ serviceWorkers: 'block', ...options });
    return Person.within(context, base);
  }

  /** In a browser that is there already. */
  static async within(context: BrowserContext, base: string): Promise<Person> {
    const person = new Person(context, base);
    await watchPolicy(context, (violation) => void person.violations.push(violation));
    Person.#arrived.push(person);
    person.#page = await context.newPage();
    return person;
  }

  /** That a test has broken the policy on purpose: what was blocked. Forgotten as a problem. */
  takeViolations(): string[] {
    this.problems.length = 0;
    return this.violations.splice(0);
  }

  get page(): Page {
    if (!this.#page) throw new Error('has no page');
    return this.#page;
  }

  /** Until the context is told otherwise. */
  async goOffline(): Promise<void> {
    await this.context.setOffline(true);
    // The page knows at once; what carries its bytes is told later, and lets some through until then.
    const gets = () =>
      fetch('healthz', { cache: 'no-store' }).then(
        () => true,
        () => false,
      );
    await expect.poll(() => this.page.evaluate(gets)).toBe(false);
  }

  /** In another tab from now on. */
  async openTab(): Promise<Page> {
    this.#page = await this.context.newPage();
    return this.#page;
  }

  /** Fills the start page and takes both cards. */
  async createChat(mine = 'Ann', theirs = 'Bob'): Promise<Cards> {
    await this.page.goto(`${this.base}/`);
    await this.page.getByLabel('Your name').fill(mine);
    await this.page.getByLabel('Their name').fill(theirs);
    await this.page.getByRole('button', { name: 'Create chat' }).click();
    await expect(this.page.getByRole('heading', { level: 1 })).toHaveText('Your chat is ready');
    return { ann: await this.card(mine), bob: await this.card(theirs) };
  }

  private async card(name: string): Promise<Card> {
    const card = this.page.getByRole('region', { name, exact: true });
    return {
      link: await card.getByText(/\/c#/).innerText(),
      code: await card.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).innerText(),
    };
  }

  /** Opens a link, on the server where this person is. */
  async open(link: string): Promise<void> {
    const { pathname, hash } = new URL(link);
    await this.page.goto(this.base + pathname + hash);
  }

  async typeCode(code: string): Promise<void> {
    await this.page.getByLabel('Secret code').fill(code);
    await this.page.getByRole('button', { name: 'Get in' }).click();
  }

  async enter({ link, code }: Card): Promise<void> {
    await this.open(link);
    await this.typeCode(code);
    await expect(this.composer).toBeVisible();
  }

  get heading(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' });
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** The bubble that says exactly this. */
  message(text: string): Locator {
    return this.page
      .getByRole('listitem')
      .filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async sees(text: string): Promise<void> {
    await expect(this.message(text)).toBeVisible();
  }

  /** The actions of a message, opened with a pointer. */
  async openActions(message: Locator): Promise<Locator> {
    await message.hover();
    await message.getByRole('button', { name: 'Actions' }).click();
    const menu = this.page.getByRole('group', { name: 'Actions' });
    await expect(menu).toBeVisible();
    return menu;
  }

  async act(text: string, action: string): Promise<void> {
    const menu = await this.openActions(this.message(text));
    await menu.getByRole('button', { name: action, exact: true }).click();
  }

  /** The texts of all bubbles, in the order on the screen. */
  async texts(): Promise<string[]> {
    return this.page.locator('.bubble-text').allTextContents();
  }

  /** When each message was stored, in the order on the screen. */
  async times(): Promise<(string | null)[]> {
    const times = await this.page.getByRole('listitem').locator('time').all();
    return Promise.all(times.map((time) => time.getAttribute('datetime')));
  }

  async endChat(): Promise<void> {
    await this.page.getByRole('button', { name: 'End chat' }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'End chat' }).click();
  }
}

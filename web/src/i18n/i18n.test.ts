import { beforeEach, expect, test, vi } from 'vitest';
import ar from './ar.json';
import de from './de.json';
import en from './en.json';
import es from './es.json';
import { diamonds, duration, giftDiamonds, giftName, inLanguage, locale, localeOfNumbers, locales, money, nameOf, number, setLocale, t, tCode } from './index';
import sheets from './sheets/en.json';
import zh from './zh.json';

beforeEach(() => setLocale('en', en));

test('one coin is not "1 coins", in any language', () => {
  expect(t('common.coins', { n: 1 })).toBe('1 coin');
  expect(t('common.coins', { n: 2500 })).toBe('2,500 coins');
  setLocale('de', de);
  expect([1, 2500].map((n) => t('common.coins', { n }))).toEqual(['1 Münze', '2.500 Münzen']);
  setLocale('es', es);
  expect([1, 25_000, 1_000_000].map((n) => t('common.coins', { n }))).toEqual(['1 moneda', '25.000 monedas', '1.000.000 de monedas']);
  setLocale('zh', zh);
  expect(t('common.coins', { n: 1 })).toBe('1 枚金币');
  setLocale('ar', ar);
  expect([0, 1, 2, 3, 11, 100].map((n) => t('common.coins', { n }))).toEqual(['لا عملات', 'عملة واحدة', 'عملتان', '3 عملات', '11 عملة', '100 عملة']);
});

test("every plural has the forms that the browser's own rules choose from", () => {
  const files = import.meta.glob<{ default: Record<string, unknown> }>(['./*.json', './sheets/*.json', './pages/*.json', './studio/*.json', './office/*.json'], { eager: true });
  for (const [path, { default: file }] of Object.entries(files)) {
    const tag = /(\w+)\.json$/.exec(path)![1]!;
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.toSorted();
    for (const [key, message] of Object.entries(file)) if (typeof message === 'object') expect(Object.keys(message!).toSorted(), `${path} ${key}`).toEqual(forms);
  }
});

test("numbers and dates follow the reader's region, where it writes as the language does", () => {
  setLocale('ar', ar, ['ar-EG', 'en-US']);
  expect(number(12_345)).toBe('١٢٬٣٤٥');
  expect(duration(3_909)).toBe('١:٠٥:٠٩');
  expect(t('common.coins', { n: 5 })).toBe('٥ عملات');
  setLocale('ar', ar, ['ar-MA']);
  expect(number(12_345)).toBe('12.345');
  setLocale('de', de, ['en-GB', 'de-CH']);
  expect([locale(), localeOfNumbers()]).toEqual(['de', 'de-CH']);
  expect(number(12_345)).toMatch(/^12['’]345$/);
  setLocale('zh', zh, ['zh-TW', 'not a tag']);
  expect(localeOfNumbers()).toBe('zh');
});

test('English is offered first, and every language by its own file', () => {
  const files = Object.keys(import.meta.glob('./*.json')).map((path) => path.slice(2, -5));
  expect(locales).toEqual(['en', ...files.filter((tag) => tag !== 'en').toSorted()]);
});

test('the language that somebody chose elsewhere comes along, unless this device was told one', () => {
  const page = { href: 'https://largesse.example/login' };
  vi.stubGlobal('location', page);
  vi.stubGlobal('document', { cookie: 'largesse_csrf=x' });
  expect(inLanguage('/live/live_1?after=3#chat', 'ar')).toBe('/live/live_1?after=3&lang=ar#chat');
  expect(['en', 'xx', null].map((wanted) => inLanguage('/studio', wanted))).toEqual(['/studio', '/studio', '/studio']);
  vi.stubGlobal('document', { cookie: 'largesse_csrf=x; largesse_lang=de' });
  expect(inLanguage('/studio', 'ar')).toBe('/studio');
  vi.unstubAllGlobals();
});

test('who was erased is called so in the language of whoever reads', () => {
  const former = { username: 'former.7', display_name: 'Former member' };
  expect([nameOf(former), nameOf({ username: 'kai', display_name: 'Kai' }), nameOf(null)]).toEqual(['Former member', 'Kai', 'Someone']);
  setLocale('de', de);
  expect(nameOf(former)).toBe('Ehemaliges Mitglied');
});

test('money is exact in every exponent', () => {
  expect(money({ minor: 1399, currency: 'USD' })).toBe('$13.99');
  expect(money({ minor: 1399, currency: 'JPY' })).toBe('¥1,399');
  expect(money({ minor: 1399, currency: 'KWD' }).replace(/\s/u, ' ')).toBe('KWD 1.399');
  expect(money({ minor: -5, currency: 'USD' })).toBe('-$0.05');
  expect(money({ minor: 9007199254740991, currency: 'USD' })).toBe('$90,071,992,547,409.91');
});

test('diamonds are whole and rounded down', () => {
  expect(diamonds(1_999)).toBe('1');
  expect(diamonds(12_345_678)).toBe('12,345');
});

test('one gift shows its diamonds and its parts exactly, however small', () => {
  expect([700, 350_000, 2_001_400].map((milli) => number(giftDiamonds(milli)))).toEqual(['0.7', '350', '2,001.4']);
  expect(t('common.diamonds', { n: giftDiamonds(700) })).toBe('0.7 diamonds');
  expect(money({ minor: 49, currency: 'USD' }, 2)).toBe('$0.0049');
  expect(money({ minor: 1_234, currency: 'JPY' }, 1)).toBe('¥123.4');
});

test('numbers and lengths read well', () => {
  expect(number(12_400, { compact: true })).toBe('12.4K');
  expect(number(9_999, { compact: true })).toBe('9,999');
  expect(duration(3_909)).toBe('1:05:09');
});

test("a problem is told in the part's own words, else in any part's, else in the server's", () => {
  setLocale('en', { ...en, ...sheets });
  expect(tCode('unbought', 'busy', 'x')).toBe(sheets['unbought.busy']);
  expect(tCode('unbought', 'too-many', 'x')).toBe(en['problem.too-many']);
  expect(tCode('problem', 'muted', 'x')).toBe(sheets['refused.muted']);
  expect(tCode('problem', 'no-such-code', 'What the server said')).toBe('What the server said');
});

test("the house's gifts have names in the reader's language, and an operator's own keep theirs", () => {
  setLocale('de', de);
  expect(giftName('Party popper')).toBe('Konfetti');
  expect(giftName('party-popper')).toBe('Konfetti');
  expect(giftName('Our anniversary')).toBe('Our anniversary');
});

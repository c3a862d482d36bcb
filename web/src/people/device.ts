/** What a browser calls itself, in a word or two that its owner knows. */

const BROWSERS: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'], [/OPR\/|Opera/, 'Opera'], [/Firefox\/|FxiOS\//, 'Firefox'], [/SamsungBrowser\//, 'Samsung Internet'],
  [/Chrome\/|CriOS\//, 'Chrome'], [/Safari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPod/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Mac OS X|Macintosh/, 'Mac'], [/CrOS/, 'ChromeOS'], [/Linux|X11/, 'Linux'],
];

export interface DeviceName {
  browser: string | null;
  system: string | null;
  phone: boolean;
}

export function deviceOf(user_agent: string): DeviceName {
  const first = (list: [RegExp, string][]) => list.find(([pattern]) => pattern.test(user_agent))?.[1] ?? null;
  const system = first(SYSTEMS);
  return { browser: first(BROWSERS), system, phone: system === 'iPhone' || (system === 'Android' && /Mobile/.test(user_agent)) };
}

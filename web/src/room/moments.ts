/** Small helpers of time. */

/** Resolves once `read()` is no longer undefined; looks every 30 ms, because it waits for one answer at the start. */
export function whenKnown<T>(read: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const look = () => {
      const value = read();
      if (value === undefined) setTimeout(look, 30);
      else resolve(value);
    };
    look();
  });
}

/** Adds up until nothing was added for `wait_ms`, then runs once with the sum. */
export function idleAfter(wait_ms: number, run: (sum: number) => void): { add(n: number): void } {
  let sum = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    add(n) {
      sum += n;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const total = sum;
        sum = 0;
        run(total);
      }, wait_ms);
    },
  };
}

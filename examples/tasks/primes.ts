// Plain functions that keep a processor busy. On the main thread they would stop everything else;
// on the loops of other threads they stop nobody.

let calls = 0;

export function countPrimes({ from, to }: { from: number; to: number }): number {
  calls += 1;
  let count = 0;
  for (let number = from; number < to; number += 1) if (isPrime(number)) count += 1;
  return count;
}

export function nextPrime(after: number): number {
  calls += 1;
  let number = after + 1;
  while (!isPrime(number)) number += 1;
  return number;
}

export function callCount(): number {
  return calls;
}

function isPrime(number: number): boolean {
  if (number < 2) return false;
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) {
    if (number % divisor === 0) return false;
  }
  return true;
}

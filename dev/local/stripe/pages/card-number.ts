/** Whether a text holds something that could be a real card number: 13 to 19 digits that pass the Luhn check. */
export function holdsCardNumber(text: string): boolean {
  const runs = text.replace(/[ -]/g, '').match(/\d{13,}/g) ?? [];
  return runs.some((digits) => digits.length <= 19 && passesLuhn(digits));
}

function passesLuhn(digits: string): boolean {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

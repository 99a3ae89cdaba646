// Amounts: whole numbers of the currency's minor unit, written with its decimals and read without a float.

/** Currencies that have not two decimals, as ISO 4217 lists them. Browsers know other numbers for some. */
const DECIMALS = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

/** How many digits stand behind the point. */
export function decimalsOf(currency) {
  const found = Object.entries(DECIMALS).find(([, codes]) => codes.split(" ").includes(currency));
  return found ? Number(found[0]) : 2;
}

/** Minor units with the point set: 4999 with 2 decimals is 49.99. */
export function decimal(minor, digits) {
  const text = String(minor).padStart(digits + 1, "0");
  return digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
}

/** An amount in groups of three digits: 1,249.99 EUR. */
export function amountText(minor, currency) {
  const digits = decimalsOf(currency);
  const format = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${format.format(decimal(minor, digits))}\u00a0${currency}`;
}

/** Whether a sentence of the payment log names an amount, as that writes it: 1249.99 EUR, and not as the end of another. */
export function namesAmount(text, minor, currency) {
  const written = `${decimal(minor, decimalsOf(currency))} ${currency}`;
  return text.split(written).slice(0, -1).some((before) => !/[\d.]$/.test(before));
}

/** The minor units of what somebody typed, or why it is no amount. A comma that could part thousands is refused. */
export function minorUnits(text, currency) {
  const digits = decimalsOf(currency);
  const point = digits === 2 ? "[.,]" : "\\.";
  const wanted = digits ? `^(\\d{1,15})(?:${point}(\\d{1,${digits}}))?$` : "^(\\d{1,15})$";
  const read = new RegExp(wanted).exec(text.trim());
  const example = decimal(10 ** digits * 12, digits);
  if (!text.trim()) return { fault: "There is no amount." };
  if (!read) return { fault: `“${text.trim().slice(0, 30)}” is no amount in ${currency}: write it like ${example}, without thousands separators.` };
  const minor = BigInt(read[1] + (read[2] ?? "").padEnd(digits, "0"));
  if (minor < 1n) return { fault: "The amount is nothing." };
  if (minor > 999999999999999n) return { fault: "The amount is more than can be written." };
  return { minor: Number(minor) };
}

// Texts, numbers and dates in the reader's language and unit.

const MG_PER_DL_IN_MMOL_PER_L = 18.01559;

export class Words {
  constructor(language, messages, mmol) {
    this.language = language;
    this.messages = messages;
    this.mmol = mmol;
    // Days before months, as in the report.
    const locale = language === "en" ? "en-GB" : language;
    const format = (options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
    this.formats = {
      hour: format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
      day: format({ weekday: "short", day: "numeric", month: "short" }),
      month: format({ month: "short", year: "numeric" }),
      year: format({ year: "numeric" }),
      date: format({ weekday: "short", day: "numeric", month: "short", year: "numeric" }),
    };
  }

  /** The message called `key`, with values put in. */
  text(key, values = {}) {
    const message = this.messages[key] ?? `[${key}]`;
    return message.replace(/«(\w+)»/g, (_, name) => values[name] ?? `[${name}]`);
  }

  number(value, decimals) {
    if (value === undefined || Number.isNaN(value)) return "–";
    return value.toLocaleString(this.language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false });
  }

  percent(value, decimals = 0) {
    return value === undefined ? "–" : `${this.number(value, decimals)} %`;
  }

  get unit() {
    return this.mmol ? "mmol/L" : "mg/dL";
  }

  /** A concentration in the reader's unit, without its name. */
  glucose(value) {
    if (value === undefined) return "–";
    return this.mmol ? this.number(value / MG_PER_DL_IN_MMOL_PER_L, 1) : this.number(value, 0);
  }

  /** A dose in thousandths of a unit; one that is not known is negative. */
  dose(thousandths, decimals) {
    return thousandths < 0 ? "?" : this.number(thousandths / 1000, decimals);
  }

  /** A moment of the wall clock, by the name of a format. */
  format(name, local) {
    return this.formats[name].format(new Date(local * 1000));
  }

  moment(local) {
    return `${this.format("date", local)}, ${this.format("hour", local)}`;
  }

  /** "4 Mar 2024 – 17 Mar 2024", for a period that ends before `to`. */
  period(from, to) {
    const [first, last] = [this.format("date", from), this.format("date", to - 1)];
    return first === last ? first : `${first} – ${last}`;
  }
}

import { Completion } from "./completion.js";

const WORD = /[\p{L}][\p{L}\p{M}\p{N}_.]*$/u;
const MOST = 8;

/* <m-formula> around a textarea and a [role=listbox] of all fields and functions: it offers those whose name, in the
   reader's language or as it is written, holds the word before the caret. */
customElements.define("m-formula", class extends Completion {
  connectedCallback() {
    super.connectedCallback();
    this.words = [...this.list.querySelectorAll("[role=option]")];
    this.box.setAttribute("autocomplete", "off");
  }

  get begun() {
    return this.box.value.slice(0, this.box.selectionStart).match(WORD)?.[0] ?? "";
  }

  offer() {
    const begun = this.begun.toLowerCase();
    let count = 0;
    for (const option of this.words) {
      const words = option.dataset.words.toLowerCase();
      option.hidden = !begun || count >= MOST || !words.includes(begun) || option.dataset.value === begun;
      if (!option.hidden) count += 1;
    }
    this.show(count > 0);
  }

  write(words) {
    super.write(words);
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    this.show(false);
  }
});

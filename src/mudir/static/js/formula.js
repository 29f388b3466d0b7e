import { Options } from "./options.js";

const WORD = /[\p{L}][\p{L}\p{M}\p{N}_.]*$/u;
const MOST = 8;

/* <m-formula> around a textarea and a [role=listbox] of all fields and functions: it offers those whose name, in the
   reader's language or as it is written, holds the word before the caret. */
customElements.define("m-formula", class extends HTMLElement {
  connectedCallback() {
    this.box = this.querySelector("textarea");
    this.list = this.querySelector("[role=listbox]");
    this.list.id ||= `${this.box.id}-words`;
    this.words = [...this.list.querySelectorAll("[role=option]")];
    this.options = new Options(this.box, this.list);
    this.box.setAttribute("aria-controls", this.list.id);
    this.box.setAttribute("aria-autocomplete", "list");
    this.box.setAttribute("autocomplete", "off");
    this.box.addEventListener("input", () => this.offer());
    this.box.addEventListener("keydown", (event) => this.choose(event));
    this.box.addEventListener("blur", () => this.show(false));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
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

  show(wanted) {
    this.list.hidden = !wanted;
    this.options.activate(wanted ? this.options.all[0] : null);
  }

  choose(event) {
    if (event.isComposing || this.list.hidden) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.show(false);
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey && this.options.active) {
      event.preventDefault();
      this.take(this.options.active);
    } else {
      this.options.move(event);
    }
  }

  take(option) {
    if (!option) return;
    const end = this.box.selectionStart;
    this.box.setRangeText(option.dataset.value, end - this.begun.length, end, "end");
    this.show(false);
    this.box.focus();
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    this.show(false);
  }
});

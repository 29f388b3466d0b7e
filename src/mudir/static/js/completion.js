import { Options } from "./options.js";

/* An element around a textarea and a [role=listbox] that offers how what is typed may go on: arrows choose, Enter and Tab
   take, Escape closes. An element of this sort says what has `begun` before the caret, and fills the list in `offer`. */
export class Completion extends HTMLElement {
  connectedCallback() {
    this.box = this.querySelector("textarea");
    this.list = this.querySelector("[role=listbox]");
    this.list.id ||= `${this.box.id}-options`;
    this.options = new Options(this.box, this.list);
    this.box.setAttribute("aria-controls", this.list.id);
    this.box.setAttribute("aria-autocomplete", "list");
    this.box.addEventListener("input", () => this.offer());
    this.box.addEventListener("keydown", (event) => this.choose(event));
    this.box.addEventListener("blur", () => this.show(false));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
  }

  show(wanted) {
    const open = wanted && this.options.all.length > 0 && document.activeElement === this.box;
    this.list.hidden = !open;
    this.options.activate(open ? this.options.all[0] : null);
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
    if (option) this.write(option.dataset.value);
  }

  /* Put words where what has begun stands. */
  write(words) {
    const end = this.box.selectionStart;
    this.box.setRangeText(words, end - (this.begun ?? "").length, end, "end");
    this.show(false);
    this.box.focus();
  }
}

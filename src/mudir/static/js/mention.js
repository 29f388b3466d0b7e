import { Options } from "./options.js";

const NAME = /(?:^|[^\p{L}\p{N}_.@])@([\p{L}\p{M}\p{N}'’.-]*(?: [\p{L}\p{M}\p{N}'’.-]*){0,2})$/u;

/* <m-mention src="/address/"> around a textarea and a [role=listbox]: behind an @ it offers people; the letters go as q. */
customElements.define("m-mention", class extends HTMLElement {
  connectedCallback() {
    this.box = this.querySelector("textarea");
    this.list = this.querySelector("[role=listbox]");
    this.list.id ||= `${this.box.id}-people`;
    this.list.setAttribute("hx-sync", "this:replace");
    this.options = new Options(this.box, this.list);
    this.box.setAttribute("aria-controls", this.list.id);
    this.box.setAttribute("aria-autocomplete", "list");
    this.box.addEventListener("input", () => this.ask());
    this.box.addEventListener("keydown", (event) => this.choose(event));
    this.box.addEventListener("blur", () => this.show(false));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
    this.addEventListener("htmx:after:swap", () => this.show(this.begun !== null));
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  /* What stands between the @ and the caret; null where no name is being typed. */
  get begun() {
    return this.box.value.slice(0, this.box.selectionStart).match(NAME)?.[1] ?? null;
  }

  ask() {
    clearTimeout(this.timer);
    const begun = this.begun;
    if (begun === null) return this.show(false);
    this.timer = setTimeout(() => {
      const address = `${this.getAttribute("src")}?${new URLSearchParams({ q: begun })}`;
      window.htmx?.ajax("GET", address, { source: this.list, target: this.list, swap: "innerHTML" });
    }, 120);
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
    if (!option) return;
    const end = this.box.selectionStart;
    this.box.setRangeText(`${option.dataset.value} `, end - (this.begun ?? "").length, end, "end");
    this.show(false);
    this.box.focus();
  }
});

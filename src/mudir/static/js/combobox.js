import { Options } from "./options.js";

/* <m-combobox src="/address/?…">: an input that offers choices while one types; the words typed go as q.
   The list holds [role=option]: data-value fills the input, data-key the hidden input; a link among them is followed.
   With [data-several] it is about the last of several, parted by commas. */
customElements.define("m-combobox", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input:not([type=hidden])");
    this.keyField = this.querySelector("input[type=hidden]");
    this.list = this.querySelector("[role=listbox]");
    this.list.id ||= `${this.input.id || this.input.name}-choices`;
    this.list.setAttribute("hx-sync", "this:replace");
    this.options = new Options(this.input, this.list);
    const told = {
      role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
    };
    for (const [name, value] of Object.entries(told)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.choose(event));
    this.input.addEventListener("blur", () => this.show(false));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
    this.addEventListener("htmx:after:swap", () => this.show(true));
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  ask() {
    if (this.keyField) this.keyField.value = "";
    clearTimeout(this.timer);
    const words = this.parts().at(-1).trim();
    if (!words) return this.show(false);
    this.timer = setTimeout(() => {
      const address = new URL(this.getAttribute("src"), location.href);
      if (address.origin !== location.origin) return;
      address.searchParams.set("q", words);
      window.htmx?.ajax("GET", address.pathname + address.search, { source: this.list, target: this.list, swap: "innerHTML" });
    }, 150);
  }

  get several() {
    return "several" in this.dataset && this.dataset.several;
  }

  parts() {
    return this.several ? this.input.value.split(/[,،;؛]/) : [this.input.value];
  }

  show(wanted) {
    const open = wanted && this.options.all.length > 0 && document.activeElement === this.input;
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.options.activate(null);
  }

  choose(event) {
    if (event.isComposing) return;
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.show(false);
    } else if (event.key === "Enter" && !this.list.hidden && this.options.active) {
      event.preventDefault();
      this.take(this.options.active);
    } else if (!this.list.hidden) {
      this.options.move(event);
    }
  }

  take(option) {
    if (!option) return;
    if (option.href) return location.assign(option.href);
    const value = option.dataset.value ?? option.textContent.trim();
    this.input.value = this.several ? [...this.parts().slice(0, -1), ` ${value}`, " "].join(this.several).trimStart() : value;
    if (this.keyField) this.keyField.value = option.dataset.key ?? "";
    this.show(false);
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

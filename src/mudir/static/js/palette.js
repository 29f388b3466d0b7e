import { Options } from "./options.js";
import { isKey, isTyping } from "./typing.js";

/* <m-palette> holds the search dialog. Links with data-palette lead to the search page; with this they open it here. */
customElements.define("m-palette", class extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("[role=combobox]");
    this.options = new Options(this.input, this.querySelector("[role=listbox]"));
    this.addEventListener("htmx:after:swap", () => this.settle());
    this.addEventListener("keydown", (event) => this.choose(event));
    this.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.abort = new AbortController();
    const { signal } = this.abort;
    document.addEventListener("click", (event) => this.follow(event), { signal });
    document.addEventListener("keydown", (event) => this.call(event), { signal });
  }

  disconnectedCallback() {
    this.abort.abort();
  }

  follow(event) {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.open();
  }

  call(event) {
    const slash = !isTyping(event) && (event.key === "/" || isKey(event, "Slash")) && !event.ctrlKey && !event.metaKey;
    if (!isKey(event, "KeyK", { control: true }) && !(slash && document.documentElement.dataset.keys !== "off")) return;
    event.preventDefault();
    this.open();
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
    this.input.select();
  }

  settle() {
    const first = this.options.all[0];
    this.input.setAttribute("aria-expanded", String(Boolean(first)));
    this.options.activate(first);
  }

  choose(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();  // the browser would first empty the box, and close only the second time
      return this.dialog.close();
    }
    if (event.target !== this.input || event.isComposing || this.options.move(event)) return;
    const link = this.options.active;
    if (event.key !== "Enter" || !link) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  }
});

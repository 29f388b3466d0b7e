import { Completion } from "./completion.js";

const NAME = /(?:^|[^\p{L}\p{N}_.@])@([\p{L}\p{M}\p{N}'’.-]*(?: [\p{L}\p{M}\p{N}'’.-]*){0,2})$/u;

/* <m-mention src="/address/"> around a textarea and a [role=listbox]: behind an @ it offers people; the letters go as q. */
customElements.define("m-mention", class extends Completion {
  connectedCallback() {
    super.connectedCallback();
    this.list.setAttribute("hx-sync", "this:replace");
    this.addEventListener("htmx:after:swap", () => this.show(this.begun !== null));
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  /* What stands between the @ and the caret; null where no name is being typed. */
  get begun() {
    return this.box.value.slice(0, this.box.selectionStart).match(NAME)?.[1] ?? null;
  }

  offer() {
    clearTimeout(this.timer);
    const begun = this.begun;
    if (begun === null) return this.show(false);
    this.timer = setTimeout(() => {
      const address = `${this.getAttribute("src")}?${new URLSearchParams({ q: begun })}`;
      window.htmx?.ajax("GET", address, { source: this.list, target: this.list, swap: "innerHTML" });
    }, 120);
  }

  write(words) {
    super.write(`${words} `);
  }
});

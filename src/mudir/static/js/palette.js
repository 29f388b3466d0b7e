import { Options } from "./options.js";
import { isKey, isTyping } from "./typing.js";

const ACTS_UNASKED = 8;  // of the page's own, while nothing is typed
const ACTS_FOUND = 6;  // of each kind

/* <m-palette> holds the dialog of search and commands. Links with data-palette lead to the search page; with this they
   open it here. Records come from the server; what can be done comes from the page: whatever stands in a [data-acts],
   the side bar and the menu of new records. */
customElements.define("m-palette", class extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("[role=combobox]");
    this.hits = this.querySelector("#palette-hits");
    this.acts = this.querySelector("#palette-acts");
    this.options = new Options(this.input, this.querySelector("[role=listbox]"));
    this.sources = new WeakMap();
    this.addEventListener("htmx:after:swap", () => this.settle());
    this.input.addEventListener("input", () => this.offer());
    this.addEventListener("keydown", (event) => this.choose(event));
    this.addEventListener("click", (event) => this.click(event));
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
    this.offer();
    if (this.input.value.trim()) this.settle();
    else window.htmx?.ajax("GET", "/search/", { source: this.input, target: this.hits, swap: "innerHTML" });
  }

  /* What can be done here, narrowed to what is typed. Nothing is chosen until the records are there too, so that Enter
     never opens what the words before had found. */
  offer() {
    const words = fold(this.input.value).split(" ").filter(Boolean);
    const fits = (label) => words.every((word) => fold(label).split(" ").some((part) => part.startsWith(word)));
    const groups = [
      [this.acts.dataset.here, "main [data-acts] :is(a, button):not([popovertarget])", words.length ? ACTS_FOUND : ACTS_UNASKED],
      [this.acts.dataset.make, "#new-menu a", ACTS_FOUND],
      [this.acts.dataset.go, ".side nav > a, .bar .bell, #account-menu > a, .bar [data-acts] button", words.length ? ACTS_FOUND : 0],
    ];
    this.acts.replaceChildren(...groups.flatMap(([title, selector, most]) => this.group(title, selector, most, fits)));
    this.options.activate(null);
  }

  group(title, selector, most, fits) {
    const seen = new Set();
    const options = [];
    for (const source of document.querySelectorAll(selector)) {
      const label = labelOf(source);
      if (options.length === most || !label || source.disabled || source.closest("[hidden]") || seen.has(label) || !fits(label)) continue;
      seen.add(label);
      options.push(this.option(source, label));
    }
    if (!options.length) return [];
    const heading = Object.assign(document.createElement("h3"), { textContent: title });
    heading.setAttribute("role", "presentation");
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", title);
    group.append(heading, ...options);
    return [group];
  }

  option(source, label) {
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const icon = source.querySelector(".icon")?.cloneNode(true) ?? "";
    const words = Object.assign(document.createElement("span"), { className: "nowrap" });
    words.append(Object.assign(document.createElement("bdi"), { textContent: label }));
    option.append(icon, words);
    this.sources.set(option, source);
    return option;
  }

  settle() {
    const first = this.options.all.find((option) => option.ariaDisabled !== "true");
    this.input.setAttribute("aria-expanded", String(Boolean(first)));
    this.options.activate(first);
  }

  choose(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();  // the browser would first empty the box, and close only the second time
      return this.dialog.close();
    }
    if (event.target !== this.input || event.isComposing || this.options.move(event)) return;
    const option = this.options.active;
    if (event.key !== "Enter" || !option) return;
    event.preventDefault();
    this.take(option, event.ctrlKey || event.metaKey);
  }

  click(event) {
    if (event.target === this.dialog) return this.dialog.close();
    const option = event.target.closest("[role=option]");
    if (option && !option.href) this.take(option, event.ctrlKey || event.metaKey);
  }

  take(option, beside) {
    const link = option.href ? option : this.sources.get(option);
    if (!link) return;
    if (beside && link.href) return window.open(link.href, "_blank", "noopener");
    if (link !== option) this.dialog.close();
    link.click();
    if (link.role === "tab") document.getElementById(link.getAttribute("aria-controls"))?.querySelector("textarea, input:not([type=hidden])")?.focus();
  }
});

function labelOf(source) {
  return (source.getAttribute("aria-label") || source.querySelector("span:not(.sr-only, .count)")?.textContent || ownText(source) || source.title || "").trim();
}

function ownText(source) {
  return [...source.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE || node.matches?.("bdi, b:not(.count)")).map((node) => node.textContent).join("");
}

/* Arabic as it is typed: without marks, one alef, one ya, one ha. */
function fold(text) {
  return text.normalize("NFKD").replaceAll(/[\p{M}\u0640]/gu, "").toLowerCase().replaceAll(/[أإآٱ]/g, "ا").replaceAll("ى", "ي").replaceAll("ة", "ه").replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim();
}

import { isKey, isTyping } from "./typing.js";

const PLACES = new Map([["KeyH", "/"], ["KeyC", "/clients/"], ["KeyP", "/contacts/"], ["KeyT", "/tasks/"], ["KeyL", "/calls/"],
  ["KeyN", "/notifications/"], ["KeyF", "/favourites/"]]);
const root = document.documentElement;

/* <m-keys> holds the overview of the keys and the switch that turns single keys off. */
customElements.define("m-keys", class extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.toggle = this.querySelector("[data-keys-toggle]");
    root.dataset.keys = localStorage.getItem("keys") === "off" ? "off" : "on";
    this.toggle.checked = root.dataset.keys === "on";
    this.toggle.addEventListener("change", () => {
      root.dataset.keys = this.toggle.checked ? "on" : "off";
      localStorage.setItem("keys", root.dataset.keys);
    });
    this.abort = new AbortController();
    const { signal } = this.abort;
    document.addEventListener("keydown", (event) => this.press(event), { signal });
    document.addEventListener("click", (event) => event.target.closest("[data-keys-help]") && this.dialog.showModal(), { signal });
  }

  disconnectedCallback() {
    this.abort.abort();
  }

  press(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("textarea")) {
      event.target.form?.requestSubmit();
    }
    if (isTyping(event) || root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    const going = this.going;
    this.going = false;
    if (going && PLACES.has(event.code)) this.leave(event, PLACES.get(event.code));
    else if (isKey(event, "KeyG")) this.wait();
    else if (isKey(event, "KeyS")) this.go(event, "[data-key-star]");
    else if (isKey(event, "KeyN")) this.go(event, "[data-key-new], #new-menu a");
    else if (isKey(event, "KeyJ")) this.go(event, "[data-key-next]");
    else if (isKey(event, "KeyK")) this.go(event, "[data-key-previous]");
    else if (["?", "؟"].includes(event.key)) {
      event.preventDefault();
      this.dialog.showModal();
    }
  }

  wait() {
    this.going = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.going = false; }, 1500);
  }

  /* As the side bar leads there, with the view that it opens. */
  leave(event, address) {
    event.preventDefault();
    location.assign(document.querySelector(`:is(.side, .bar) a:is([href="${address}"], [href^="${address}?"])`)?.href ?? address);
  }

  go(event, selector) {
    const link = document.querySelector(selector);
    if (!link) return;
    event.preventDefault();
    link.click();
  }
});

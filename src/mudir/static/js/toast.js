const SECONDS = 10;

/* <m-toast> leaves by itself, never while it is pointed at or holds the focus. */
customElements.define("m-toast", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerenter", () => clearTimeout(this.timer));
    this.addEventListener("pointerleave", () => this.wait());
    this.addEventListener("focusin", () => clearTimeout(this.timer));
    this.addEventListener("focusout", () => this.wait());
    this.addEventListener("click", (event) => event.target.closest(".close") && this.remove());
    this.wait();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.remove(), SECONDS * 1000);
  }
});

/* The server did not answer: say so, keep what was typed. */
document.addEventListener("htmx:error", (event) => {
  const words = document.getElementById("no-answer");
  const toasts = document.getElementById("toasts");
  if (event.detail?.ctx && words && toasts && !toasts.querySelector("[data-no-answer]")) toasts.append(words.content.cloneNode(true));
});

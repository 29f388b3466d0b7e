/* <m-guard> around a form: leaving with unsaved changes is asked about by the browser. */
customElements.define("m-guard", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => { this.changed = true; });
    this.addEventListener("submit", () => { this.changed = false; });
    this.abort = new AbortController();
    addEventListener("beforeunload", (event) => this.changed && event.preventDefault(), { signal: this.abort.signal });
  }

  disconnectedCallback() {
    this.abort.abort();
  }
});

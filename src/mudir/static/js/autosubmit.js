/* <m-autosubmit> around a form: a choice sends it at once, words after a pause; its [data-plain] button is for no script. */
customElements.define("m-autosubmit", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => this.send(event, 0));
    this.addEventListener("input", (event) => event.target.matches("[type=search], [type=text]") && this.send(event, 350));
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  send(event, pause) {
    if (event.isComposing) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => event.target.form?.requestSubmit(), pause);
  }
});

/* A .drop box names the file that was chosen or dropped, in its [data-name]. */
document.addEventListener("change", (event) => {
  const box = event.target.closest?.(".drop");
  const file = box && event.target.files?.[0];
  if (!file) return;
  box.dataset.chosen = "";
  const place = box.querySelector("[data-name]");
  if (place) place.textContent = file.name;
});

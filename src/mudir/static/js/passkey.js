/* The device gave no passkey: say so beside the button, instead of in the console alone. */
document.addEventListener("allauth.error", (event) => {
  const words = document.querySelector("[data-no-passkey]");
  if (!words) return;
  event.preventDefault();
  words.hidden = false;
});

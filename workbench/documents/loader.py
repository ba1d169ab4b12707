"""The one script of a page: Vega with a few lines that draw each chart from its inert data."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.metadata import version

from workbench.documents import atomic

VEGA_LITE = "6.4"

_SNIPPET = """
const options = {ast: true, actions: false, renderer: "svg", tooltip: {theme: "light"}};
const draw = async (data) => {
  const place = document.getElementById(data.dataset.chart);
  if (!place) return;
  const fresh = document.createElement("div");
  fresh.className = "fresh";
  place.append(fresh);
  try {
    await vegaEmbed(fresh, JSON.parse(data.textContent), options);
    fresh.classList.remove("fresh");
    place.replaceChildren(fresh);
    place.dataset.drawn = "yes";
  } catch (problem) {
    fresh.remove();
    console.error("chart " + data.dataset.chart + ": " + problem);
  }
};
const start = async () => {
  for (const data of document.querySelectorAll("script[data-chart]")) await draw(data);
  document.documentElement.dataset.charts = "drawn";
};
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
"""


@cache
def script() -> str:
    """The loader as JavaScript, made once per version of its parts (3-4 s) and then kept."""
    name = f"loader-{hashlib.sha256(_recipe().encode()).hexdigest()[:20]}.js"
    path = atomic.cache_folder() / name
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    seal, _, body = text.partition("\n")
    if seal == _seal(body):
        return body
    body = _bundle()
    try:
        atomic.replace(path, f"{_seal(body)}\n{body}")
    except OSError:
        return body  # a machine without a writable home makes it again next time
    return body


def policy_hash(script_text: str) -> str:
    """The hash by which a content policy admits exactly this script.

    >>> policy_hash("")
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    digest = hashlib.sha256(script_text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _seal(body: str) -> str:
    return f"// {hashlib.sha256(body.encode('utf-8')).hexdigest()}"


def _recipe() -> str:
    return f"{version('vl-convert-python')}|{VEGA_LITE}|{_SNIPPET}"


def _bundle() -> str:
    import vl_convert

    bundle: str = vl_convert.javascript_bundle(_SNIPPET, vl_version=VEGA_LITE)
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")

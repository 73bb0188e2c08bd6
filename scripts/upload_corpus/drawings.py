"""SVG and other pictures by matplotlib, svgwrite, cairo and Chromium."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from upload_corpus.made import Made, in_folder, library, run


def make() -> Iterator[Made]:
    """Yield drawings, and pictures that are no photographs."""
    yield from _matplotlib()
    yield from _svgwrite()
    yield from _cairo()
    yield from in_folder(_chromium)


def _matplotlib() -> Iterator[Made]:
    pyplot, tool = library("matplotlib.pyplot", "matplotlib")
    pyplot.rcParams["svg.hashsalt"] = "the same each time"
    for kind in ("plot", "bar", "scatter", "pie", "imshow"):
        figure, axes = pyplot.subplots(figsize=(2, 2))
        if kind == "imshow":
            axes.imshow([[1, 2], [3, 4]])
        elif kind == "pie":
            axes.pie([1, 2, 3])
        else:
            getattr(axes, kind)([1, 2, 3], [1, 3, 2])
        axes.set_title("A <title> & more")
        out = io.BytesIO()
        figure.savefig(out, format="svg")
        yield Made(f"matplotlib-{kind}.svg", out.getvalue(), tool)
        if kind in ("plot", "imshow"):
            for form in ("png", "jpg", "webp"):
                out = io.BytesIO()
                figure.savefig(out, format=form, dpi=50)
                yield Made(f"matplotlib-{kind}.{form}", out.getvalue(), tool)
        pyplot.close(figure)


def _svgwrite() -> Iterator[Made]:
    svgwrite, tool = library("svgwrite")
    for profile in ("full", "tiny"):
        drawing = svgwrite.Drawing(size=("4cm", "4cm"), profile=profile)
        drawing.add(drawing.line((0, 0), (90, 90), stroke="black"))
        drawing.add(drawing.text("Words", insert=(5, 20)))
        shape = drawing.defs.add(drawing.circle(r=4, id="dot"))
        drawing.add(drawing.use(shape, insert=(30, 30)))
        if profile == "full":
            shade = drawing.defs.add(drawing.linearGradient(id="shade"))
            shade.add_stop_color(0, "red")
            shade.add_stop_color(1, "blue")
            drawing.add(drawing.rect((50, 50), (20, 20), fill="url(#shade)"))
        text = f"<?xml version='1.0' encoding='utf-8' ?>\n{drawing.tostring()}"
        yield Made(f"svgwrite-{profile}.svg", text.encode(), tool)


def _cairo() -> Iterator[Made]:
    cairo, _ = library("cairocffi")
    tool = f"cairo {cairo.cairo_version_string()}"
    out = io.BytesIO()
    surface = cairo.SVGSurface(out, 90, 90)
    context = cairo.Context(surface)
    context.set_source_rgba(1, 0, 0, 0.5)
    context.arc(45, 45, 40, 0, 5)
    context.fill()
    context.move_to(5, 20)
    context.show_text("Words")
    surface.finish()
    yield Made("cairo.svg", out.getvalue(), tool)
    for name, form in (("argb", cairo.FORMAT_ARGB32), ("a8", cairo.FORMAT_A8)):
        image = cairo.ImageSurface(form, 32, 24)
        context = cairo.Context(image)
        context.rectangle(4, 4, 20, 10)
        context.fill()
        out = io.BytesIO()
        image.write_to_png(out)
        yield Made(f"cairo-{name}.png", out.getvalue(), tool)


def _chromium(folder: Path) -> Iterator[Made]:
    page, picture = folder / "page.html", folder / "page.png"
    page.write_text("<!doctype html><h1>Words</h1>", "utf-8")
    run(
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={folder / 'profile'}",
        "--window-size=300,200",
        f"--screenshot={picture}",
        page,
    )
    tool = " ".join(run("chromium", "--version").split()[:2])
    yield Made("chromium-screenshot.png", picture.read_bytes(), tool)

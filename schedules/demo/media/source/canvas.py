"""Slides, sprites and scenes: what every lesson is drawn with.

All pictures are made at 1280x720; the encoder scales them. Still parts are drawn at twice the size and
reduced, which smooths their edges. Moving parts are sprites, smoothed once and pasted at whole pixels.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Callable

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 1280, 720
SMOOTH = 2
FADE_SECONDS = 0.64

INK = (33, 43, 54)
PAPER = (247, 245, 238)
WHITE = (255, 255, 255)
RED = (192, 57, 43)
GREEN = (39, 134, 84)
BLUE = (41, 98, 168)
ORANGE = (222, 135, 34)
GREY = (140, 148, 156)

FONT_FOLDER = "/usr/share/fonts/opentype/noto/"


@cache
def font(size, bold=False):
    """The sans face with simplified Chinese forms (index 2 of the Noto collection)."""
    name = "NotoSansCJK-Bold.ttc" if bold else "NotoSansCJK-Regular.ttc"
    return ImageFont.truetype(FONT_FOLDER + name, size, index=2)


@dataclass
class Scene:
    """One slide: how long it stands, what is drawn once, what moves and what is said.

    `pinyin` is the reading of `zho`, tones as digits: the form that the voice needs.
    """

    seconds: float
    still: Callable[["Pen"], None]
    move: Callable[[Image.Image, float], None] | None = None
    zho: str = ""
    pinyin: str = ""
    eng: str = ""

    def frame(self, seconds):
        """The picture at a time since the scene began."""
        image = self.background().copy()
        if self.move:
            self.move(image, seconds)
        return image

    def background(self):
        if not hasattr(self, "_background"):
            pen = Pen()
            self.still(pen)
            self._background = pen.finish()
        return self._background


class Pen:
    """Draws the still part of a slide in 1280x720 coordinates."""

    def __init__(self, colour=PAPER):
        self.image = Image.new("RGB", (WIDTH * SMOOTH, HEIGHT * SMOOTH), colour)
        self.draw = ImageDraw.Draw(self.image)

    def finish(self):
        return self.image.resize((WIDTH, HEIGHT), Image.LANCZOS)

    def picture(self, image, x, y):
        """Lays a picture with its corner at (x, y)."""
        size = (image.width * SMOOTH, image.height * SMOOTH)
        self.image.paste(image.resize(size, Image.BICUBIC), (x * SMOOTH, y * SMOOTH))

    def text(self, x, y, words, size=36, colour=INK, bold=False, anchor="la"):
        self.draw.text((x * SMOOTH, y * SMOOTH), words, colour, font(size * SMOOTH, bold), anchor)

    def box(self, x0, y0, x1, y1, fill=None, line=None, width=3, radius=0):
        corners = [v * SMOOTH for v in (x0, y0, x1, y1)]
        self.draw.rounded_rectangle(corners, radius * SMOOTH, fill, line, width * SMOOTH)

    def oval(self, x0, y0, x1, y1, fill=None, line=None, width=3):
        self.draw.ellipse([v * SMOOTH for v in (x0, y0, x1, y1)], fill, line, width * SMOOTH)

    def line(self, points, colour=INK, width=4):
        flat = [(x * SMOOTH, y * SMOOTH) for x, y in points]
        self.draw.line(flat, colour, width * SMOOTH, joint="curve")

    def shape(self, points, fill):
        self.draw.polygon([(x * SMOOTH, y * SMOOTH) for x, y in points], fill)

    def pie(self, x0, y0, x1, y1, begin, end, fill, line=WHITE):
        corners = [v * SMOOTH for v in (x0, y0, x1, y1)]
        self.draw.pieslice(corners, begin, end, fill, line, 3 * SMOOTH)

    def heading(self, chinese, english, colour):
        """The band at the top with the title in both languages."""
        self.box(0, 0, WIDTH, 112, fill=colour)
        self.text(56, 18, chinese, 50, WHITE, bold=True)
        self.text(WIDTH - 56, 40, english, 32, WHITE, anchor="ra")

    def points(self, x, y, rows, colour, step=92):
        """A list of points, each in Chinese with the English below it."""
        for row, (chinese, english) in enumerate(rows):
            top = y + row * step
            self.oval(x, top + 14, x + 18, top + 32, fill=colour)
            self.text(x + 40, top, chinese, 36, bold=True)
            self.text(x + 40, top + 46, english, 24, GREY)


def sprite(width, height, paint):
    """A small picture with transparency, painted at twice the size and reduced."""
    image = Image.new("RGBA", (width * SMOOTH, height * SMOOTH), (0, 0, 0, 0))
    paint(ImageDraw.Draw(image), SMOOTH)
    return image.resize((width, height), Image.LANCZOS)


def lay(image, piece, x, y):
    """Pastes a sprite with its centre at (x, y)."""
    image.paste(piece, (round(x - piece.width / 2), round(y - piece.height / 2)), piece)


def ball(diameter, colour):
    """A filled circle."""
    return sprite(diameter, diameter, lambda d, s: d.ellipse([0, 0, diameter * s - 1, diameter * s - 1], colour))


def drop(size, colour=(70, 140, 220)):
    """A drop of water."""

    def paint(d, s):
        w = size * s
        d.ellipse([w * 0.15, w * 0.35, w * 0.85, w * 1.05], colour)
        d.polygon([(w * 0.5, 0), (w * 0.2, w * 0.56), (w * 0.8, w * 0.56)], colour)

    return sprite(size, round(size * 1.1), paint)


def label(words, size=36, colour=INK, bold=True):
    """Words as a sprite."""
    box = font(size, bold).getbbox(words)
    image = Image.new("RGBA", (box[2] + 8, box[3] + 8), (*colour, 0))
    ImageDraw.Draw(image).text((4, 0), words, colour, font(size, bold))
    return image


def ease(seconds, begin, length):
    """0 before `begin`, 1 after `begin + length`, a smooth rise between."""
    share = min(max((seconds - begin) / length, 0.0), 1.0)
    return share * share * (3 - 2 * share)


def clouds(width, height, seed, cell):
    """Smooth noise in 0..1, the stuff of skies, hills and soil."""
    source = numpy.random.default_rng(seed)
    total = numpy.zeros((height, width))
    weight = 1.0
    while cell >= 6:
        grid = source.random((height // cell + 3, width // cell + 3)).astype("float32")
        layer = Image.fromarray(grid).resize((width, height), Image.BICUBIC)
        total += weight * numpy.asarray(layer)
        weight *= 0.5
        cell //= 2
    return (total - total.min()) / (total.max() - total.min())


def blend(low, high, share):
    """Mixes two colours by an array of shares into a picture."""
    share = share[..., None]
    return numpy.array(low) * (1 - share) + numpy.array(high) * share


def landscape(width, height, seed):
    """Sky, far hills and fields, soft as a photograph taken in morning haze."""
    rows = numpy.linspace(0, 1, height)[:, None].repeat(width, 1)
    sky = blend((120, 170, 220), (236, 238, 230), numpy.clip(rows * 1.6, 0, 1))
    sky = sky + (clouds(width, height, seed, 160)[..., None] - 0.5) * 34
    columns = numpy.arange(width)
    for layer, (level, tone) in enumerate([(0.46, (122, 146, 160)), (0.56, (92, 128, 104)), (0.68, (88, 124, 62))]):
        ridge = sum(
            math.pi / (n + 3) * numpy.sin(columns * (n + 1) * 2.2 / width * math.pi + seed + layer * 2.1 + n * n)
            for n in range(4)
        )
        edge = (level + ridge * 0.035) * height
        mask = numpy.arange(height)[:, None] > edge[None, :]
        grain = clouds(width, height, seed + layer + 1, 48)[..., None]
        land = numpy.array(tone) + (grain - 0.5) * 46
        sky = numpy.where(mask[..., None], land, sky)
    picture = Image.fromarray(numpy.clip(sky, 0, 255).astype("uint8"))
    return picture.filter(ImageFilter.GaussianBlur(1.2))


def pan(image, wide, seconds, length, x0, x1, box):
    """Shows a moving window of a wide picture in `box` (x, y, width, height)."""
    x, y, width, height = box
    left = round(x0 + (x1 - x0) * ease(seconds, 0, length))
    image.paste(wide.crop((left, 0, left + width, height)), (x, y))


def frames(scenes, rate):
    """Every frame of a lesson at a frame rate, cross-faded from scene to scene."""
    begins = [sum(scene.seconds for scene in scenes[:n]) for n in range(len(scenes))]
    total = sum(scene.seconds for scene in scenes)
    for number in range(math.floor(total * rate)):
        now = number / rate
        at = max(n for n, begin in enumerate(begins) if begin <= now + 1e-9)
        image = scenes[at].frame(now - begins[at])
        share = (now - begins[at]) / FADE_SECONDS
        if at and share < 1:
            before = scenes[at - 1].frame(now - begins[at - 1])
            image = Image.blend(before, image, share)
        yield image

"""What is shown between lessons: the filler card and the slate."""

import math

from canvas import *


def next_lesson(pen):
    pen.box(0, 0, 1280, 720, fill=(26, 54, 84))
    pen.text(640, 240, "下一节课即将开始", 76, WHITE, bold=True, anchor="mm")
    pen.text(640, 350, "The next lesson begins soon", 46, (196, 214, 232), anchor="mm")
    pen.box(240, 520, 1040, 536, fill=(52, 86, 120), radius=8)


def next_lesson_moves(image, seconds):
    place = 0.5 - 0.5 * math.cos(seconds * math.tau / 5)
    lay(image, BEAD, 250 + 780 * place, 528)


def stand_by(pen):
    pen.box(0, 0, 1280, 720, fill=(40, 44, 50))
    pen.text(640, 310, "请稍候", 96, WHITE, bold=True, anchor="mm")
    pen.text(640, 430, "Please stand by", 48, (190, 196, 204), anchor="mm")


BEAD = ball(44, (246, 190, 60))

FILLER = [Scene(12.36, next_lesson, next_lesson_moves)]
SHORT_FILLER = [Scene(8.2, next_lesson, next_lesson_moves)]
SLATE = [Scene(2.4, stand_by)]

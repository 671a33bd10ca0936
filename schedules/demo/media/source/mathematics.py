"""Grade 4 mathematics: fractions (lesson 1) and area (lesson 2)."""

import math

from canvas import *

TINT = (176, 84, 40)


def fraction_title(pen):
    pen.box(0, 0, 1280, 720, fill=(250, 236, 214))
    pen.text(640, 200, "四年级数学", 80, TINT, bold=True, anchor="mm")
    pen.text(640, 330, "第一课：分数", 64, INK, bold=True, anchor="mm")
    pen.text(640, 430, "Grade 4 mathematics · Fractions", 40, GREY, anchor="mm")


def fraction_title_moves(image, seconds):
    for n, piece in enumerate(HALVES):
        lay(image, piece, 200 + 440 * n, 580 - 30 * abs(math.sin(seconds * 2 + n)))


def cake(pen):
    pen.heading("把一个饼分成四份", "A cake in four parts", TINT)
    for n, fill in enumerate([(236, 190, 120), (244, 206, 140), (236, 190, 120), (244, 206, 140)]):
        pen.pie(140, 170, 600, 630, n * 90, n * 90 + 90, fill)
    pen.text(900, 560, "四分之一 · one quarter", 40, INK, anchor="mm")
    pen.text(900, 250, "1", 110, TINT, bold=True, anchor="mm")
    pen.line([(840, 330), (960, 330)], TINT, 8)
    pen.text(900, 410, "4", 110, TINT, bold=True, anchor="mm")


def cake_moves(image, seconds):
    out = 130 * ease(seconds, 2, 3)
    lay(image, QUARTER, 485 + out, 285)


def sum_of(pen):
    pen.heading("同分母分数相加", "Adding like fractions", TINT)
    pen.text(640, 520, "1/5  +  2/5  =  3/5", 84, INK, bold=True, anchor="mm")
    for n in range(5):
        pen.box(190 + n * 180, 240, 360 + n * 180, 360, line=TINT, width=5)


def sum_moves(image, seconds):
    draw = ImageDraw.Draw(image)
    for n, (begin, colour) in enumerate([(1, ORANGE), (3, GREEN), (4, GREEN)]):
        width = round(160 * ease(seconds, begin, 1))
        if width:
            draw.rectangle([195 + n * 180, 245, 195 + n * 180 + width, 355], colour)


def area_title(pen):
    pen.box(0, 0, 1280, 720, fill=(222, 234, 240))
    pen.text(640, 180, "四年级数学", 80, TINT, bold=True, anchor="mm")
    pen.text(640, 300, "第二课：面积", 64, INK, bold=True, anchor="mm")
    pen.text(640, 390, "Grade 4 mathematics · Area", 40, GREY, anchor="mm")


def area_title_moves(image, seconds):
    for n in range(6):
        lay(image, TILE, (n * 230 + seconds * 90) % 1400 - 60, 560)


def squares(pen):
    pen.heading("数一数方格", "Count the squares", TINT)
    pen.text(960, 260, "长 6 厘米", 44, anchor="mm")
    pen.text(960, 340, "宽 4 厘米", 44, anchor="mm")
    pen.text(960, 470, "6 × 4 = 24", 76, TINT, bold=True, anchor="mm")
    pen.text(960, 560, "24 cm²", 48, GREY, anchor="mm")


def squares_moves(image, seconds):
    shown = int(max(seconds - 0.5, 0) * 3.4)
    for n in range(min(shown, 24)):
        lay(image, TILE, 150 + (n % 6) * 98, 230 + (n // 6) * 98)


def field(pen):
    pen.heading("菜地有多大", "How large is the field", TINT)
    pen.picture(FIELD.crop((0, 0, 760, 520)), 60, 150)
    pen.text(1050, 250, "长 12 米", 44, anchor="mm")
    pen.text(1050, 330, "宽 8 米", 44, anchor="mm")
    pen.text(1050, 450, "面积 = ？", 60, TINT, bold=True, anchor="mm")


def field_moves(image, seconds):
    pan(image, FIELD, seconds, 8, 0, 200, (60, 150, 760, 520))
    draw = ImageDraw.Draw(image)
    walk = ease(seconds, 1, 6) * 2 * (600 + 300)
    corner = [(140, 560), (740, 560), (740, 260), (140, 260), (140, 560)]
    for (x0, y0), (x1, y1) in zip(corner, corner[1:]):
        length = abs(x1 - x0) + abs(y1 - y0)
        share = min(max(walk / length, 0), 1)
        if share:
            draw.line([(x0, y0), (round(x0 + (x1 - x0) * share), round(y0 + (y1 - y0) * share))], WHITE, 8)
        walk -= length


def pie_sprite(begin, end, colour, size=230):
    return sprite(size * 2, size * 2, lambda d, s: d.pieslice([0, 0, size * 2 * s - 1, size * 2 * s - 1], begin, end, colour))


HALVES = [label(words, 72, TINT) for words in ("1/2", "1/3", "1/4")]
QUARTER = pie_sprite(270, 360, (206, 110, 60)).crop((230, 0, 460, 230))
TILE = sprite(92, 92, lambda d, s: d.rectangle([0, 0, 92 * s - 1, 92 * s - 1], (116, 168, 200), BLUE, 3 * s))
FIELD = landscape(960, 520, 47)

FRACTIONS = [
    Scene(6.1, fraction_title, fraction_title_moves, zho="同学们好。四年级数学第一课，我们学习分数。",
          pinyin="tong2 xue2 men5 hao3. si4 nian2 ji2 shu4 xue2 di4 yi1 ke4, wo3 men5 xue2 xi2 fen1 shu4."),
    Scene(8.3, cake, cake_moves, zho="把一个饼平均分成四份，每一份就是这个饼的四分之一。",
          pinyin="ba3 yi2 ge4 bing3 ping2 jun1 fen1 cheng2 si4 fen4, mei3 yi1 fen4 jiu4 shi4 zhe4 ge5 bing3 de5 si4 fen1 zhi1 yi1."),
    Scene(9.08, sum_of, sum_moves, zho="分母相同的分数相加，分母不变。五分之一加五分之二，等于五分之三。",
          pinyin="fen1 mu3 xiang1 tong2 de5 fen1 shu4 xiang1 jia1, fen1 mu3 bu4 bian4. wu3 fen1 zhi1 yi1 jia1 wu3 fen1 zhi1 er4, deng3 yu2 wu3 fen1 zhi1 san1."),
]
AREA = [
    Scene(6.0, area_title, area_title_moves, zho="同学们好。四年级数学第二课，我们学习面积。",
          pinyin="tong2 xue2 men5 hao3. si4 nian2 ji2 shu4 xue2 di4 er4 ke4, wo3 men5 xue2 xi2 mian4 ji1."),
    Scene(9.8, squares, squares_moves, zho="长方形的面积等于长乘宽。长六厘米，宽四厘米，一共二十四平方厘米。",
          pinyin="chang2 fang1 xing2 de5 mian4 ji1 deng3 yu2 chang2 cheng2 kuan1. chang2 liu4 li2 mi3, kuan1 si4 li2 mi3, yi1 gong4 er4 shi2 si4 ping2 fang1 li2 mi3."),
    Scene(8.66, field, field_moves, zho="一块菜地长十二米，宽八米。它的面积是多少？请你算一算。下课。",
          pinyin="yi1 kuai4 cai4 di4 chang2 shi2 er4 mi3, kuan1 ba1 mi3. ta1 de5 mian4 ji1 shi4 duo1 shao3? qing3 ni3 suan4 yi1 suan4. xia4 ke4."),
]

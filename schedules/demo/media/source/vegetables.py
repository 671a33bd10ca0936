"""Greenhouse vegetables, lesson 1: warmth, water and air."""

import math

from canvas import *

TINT = GREEN


def greenhouse(pen, x, y):
    """A plastic greenhouse seen from the front."""
    pen.pie(x, y, x + 520, y + 520, 180, 360, (214, 232, 226), GREY)
    for share in range(1, 6):
        angle = math.pi * share / 6
        foot = x + 260 - 260 * math.cos(angle)
        pen.line([(foot, y + 260 - 260 * math.sin(angle)), (foot, y + 260)], GREY, 3)
    pen.box(x + 210, y + 130, x + 310, y + 260, fill=(236, 244, 240), line=GREY)
    pen.box(x - 20, y + 258, x + 540, y + 300, fill=(120, 88, 58))


def title(pen):
    pen.picture(VALLEY.crop((0, 0, 1280, 720)), 0, 0)
    pen.box(0, 470, 1280, 720, fill=(24, 84, 54))
    pen.text(70, 492, "温室蔬菜 · 第一课", 72, WHITE, bold=True)
    pen.text(74, 606, "Greenhouse vegetables · Lesson 1", 40, (206, 230, 214))


def title_moves(image, seconds):
    pan(image, VALLEY, seconds, 8, 0, 320, (0, 0, 1280, 470))


def warmth(pen):
    pen.heading("一、温度", "1. Warmth", TINT)
    greenhouse(pen, 640, 250)
    pen.points(64, 170, [
        ("白天 25–28 ℃", "By day 25 to 28 degrees"),
        ("夜间不低于 12 ℃", "By night not below 12 degrees"),
        ("太热就打开天窗", "Too hot? Open the vents"),
    ], TINT)
    pen.box(520, 200, 560, 600, fill=WHITE, line=INK, radius=20)
    for degree in range(0, 45, 10):
        pen.text(512, 590 - degree * 8.6, str(degree), 24, anchor="rm")
    pen.oval(506, 580, 574, 648, fill=RED)


def warmth_moves(image, seconds):
    degrees = 20 + 14 * math.sin(seconds * 0.9 - 1)
    draw = ImageDraw.Draw(image)
    draw.rectangle([533, round(590 - degrees * 8.6), 547, 600], RED)
    lay(image, SUN, 700 + 30 * seconds, 190 - 20 * math.sin(seconds * 0.4))
    if degrees > 28:
        lay(image, VENT, 900, 236)


def water(pen):
    pen.heading("二、浇水", "2. Watering", TINT)
    pen.box(560, 520, 1230, 640, fill=(112, 80, 52))
    for plant in range(5):
        x = 640 + plant * 128
        pen.line([(x, 520), (x, 400)], GREEN, 8)
        for side in (-1, 1):
            pen.shape([(x, 470), (x + side * 54, 430), (x + side * 30, 486)], (64, 160, 96))
            pen.shape([(x, 430), (x + side * 44, 386), (x + side * 26, 442)], (84, 178, 110))
        pen.oval(x - 16, 440, x + 20, 476, fill=(214, 66, 48))
    pen.line([(560, 300), (1240, 300)], BLUE, 10)
    pen.points(64, 170, [
        ("早晨浇水最好", "Water in the morning"),
        ("浇根，不浇叶", "Roots, not leaves"),
        ("滴灌省水一半", "Drip pipes save half the water"),
    ], TINT)


def water_moves(image, seconds):
    for plant in range(5):
        fall = (seconds * 0.8 + plant * 0.37) % 1.0
        lay(image, DROP, 640 + plant * 128, 316 + 200 * fall * fall)


def harvest(pen):
    pen.heading("三、每天记录", "3. Keep a daily record", TINT)
    pen.line([(150, 600), (150, 190)], INK, 4)
    pen.line([(150, 600), (1160, 600)], INK, 4)
    pen.text(170, 176, "收获（公斤）  Harvest (kg)", 28, GREY)
    for week in range(8):
        pen.text(226 + week * 120, 612, f"第{week + 1}周", 26, anchor="ma")


def harvest_moves(image, seconds):
    draw = ImageDraw.Draw(image)
    for week, kilos in enumerate([12, 18, 27, 33, 41, 46, 44, 52]):
        height = round(kilos * 7 * ease(seconds, 0.5 + week * 0.8, 0.9))
        draw.rectangle([186 + week * 120, 598 - height, 266 + week * 120, 598], (72, 156, 98))


VALLEY = landscape(1700, 720, 11)
SUN = ball(90, (246, 190, 60))
VENT = label("开窗 ↑ open", 34, RED)
DROP = drop(26)

SCENES = [
    Scene(8.6, title, title_moves, zho="同学们好。今天我们学习温室蔬菜的管理。第一课：温度、水和空气。",
          pinyin="tong2 xue2 men5 hao3. jin1 tian1 wo3 men5 xue2 xi2 wen1 shi4 shu1 cai4 de5 guan3 li3. di4 yi1 ke4. wen1 du4, shui3 he2 kong1 qi4."),
    Scene(11.2, warmth, warmth_moves, zho="先看温度。白天保持二十五到二十八度，夜里不低于十二度。太热的时候，要打开天窗通风。",
          pinyin="xian1 kan4 wen1 du4. bai2 tian1 bao3 chi2 er4 shi2 wu3 dao4 er4 shi2 ba1 du4, ye4 li3 bu4 di1 yu2 shi2 er4 du4. tai4 re4 de5 shi2 hou4, yao4 da3 kai1 tian1 chuang1 tong1 feng1."),
    Scene(10.6, water, water_moves, zho="再看浇水。早晨浇水最好。水要浇到根上，不要浇叶子。用滴灌可以省一半的水。",
          pinyin="zai4 kan4 jiao1 shui3. zao3 chen2 jiao1 shui3 zui4 hao3. shui3 yao4 jiao1 dao4 gen1 shang4, bu2 yao4 jiao1 ye4 zi5. yong4 di1 guan4 ke3 yi3 sheng3 yi2 ban4 de5 shui3."),
    Scene(11.24, harvest, harvest_moves, zho="最后，请每天记录温度和收获。八个星期以后，你会看到自己的进步。下节课再见。",
          pinyin="zui4 hou4, qing3 mei3 tian1 ji4 lu4 wen1 du4 he2 shou1 huo4. ba1 ge4 xing1 qi1 yi3 hou4, ni3 hui4 kan4 dao4 zi4 ji3 de5 jin4 bu4. xia4 jie2 ke4 zai4 jian4."),
]

"""Safe water: from the well to the cup. Spoken in Chinese and in English."""

import math

from canvas import *

TINT = BLUE


def title(pen):
    pen.picture(LAKE.crop((0, 0, 1280, 720)), 0, 0)
    pen.box(0, 0, 1280, 210, fill=(20, 60, 110))
    pen.text(70, 26, "安全饮水", 80, WHITE, bold=True)
    pen.text(74, 138, "Safe water: from the well to the cup", 40, (204, 222, 244))


def title_moves(image, seconds):
    pan(image, LAKE.crop((0, 210, 1700, 720)), seconds, 9, 380, 60, (0, 210, 1280, 510))


def well(pen):
    pen.heading("水从哪里来", "Where water comes from", TINT)
    pen.box(0, 380, 1280, 720, fill=(150, 118, 84))
    pen.box(0, 560, 1280, 720, fill=(96, 140, 190))
    pen.box(250, 300, 350, 620, fill=(196, 196, 190), line=INK)
    pen.box(264, 560, 336, 616, fill=(70, 130, 200))
    pen.box(900, 300, 1010, 380, fill=(146, 100, 60), line=INK)
    pen.text(300, 250, "水井 well", 32, bold=True, anchor="mm")
    pen.text(955, 262, "厕所 latrine", 32, bold=True, anchor="mm")
    pen.text(640, 664, "地下水 ground water", 34, WHITE, bold=True, anchor="mm")


def well_moves(image, seconds):
    draw = ImageDraw.Draw(image)
    reach = round(350 + 550 * ease(seconds, 2, 5))
    draw.line([(350, 440), (reach, 440)], WHITE, 5)
    if reach > 890:
        lay(image, DISTANCE, 625, 410)
    for n in range(12):
        x = (n * 113 + seconds * 70) % 1320 - 20
        lay(image, BUBBLE, x, 600 + 16 * math.sin(n + seconds * 2))


def boil(pen):
    pen.heading("把水烧开", "Boil the water", TINT)
    pen.points(64, 180, [
        ("水滚以后再烧一分钟", "One more minute at a full boil"),
        ("盖好盖子，放凉", "Cover it and let it cool"),
        ("用干净的杯子", "Use a clean cup"),
    ], TINT)
    pen.box(760, 360, 1120, 580, fill=(170, 176, 184), line=INK, radius=18)
    pen.box(780, 380, 1100, 440, fill=(120, 180, 230))
    pen.box(1120, 420, 1200, 444, fill=INK)
    pen.box(740, 600, 1140, 640, fill=(70, 70, 74))


def boil_moves(image, seconds):
    for n in range(9):
        flame = 0.7 + 0.3 * math.sin(seconds * 9 + n * 1.7)
        lay(image, FLAME.resize((34, round(44 * flame))), 780 + n * 40, 604 - 20 * flame)
    for n in range(7):
        rise = (seconds * 0.5 + n * 0.29) % 1.0
        lay(image, STEAM, 800 + n * 46 + 14 * math.sin(rise * 6 + n), 360 - 150 * rise)


def wash(pen):
    pen.heading("什么时候洗手", "When to wash your hands", TINT)
    rows = [("饭前", "before eating"), ("便后", "after the toilet"), ("做饭前", "before cooking")]
    for column, (chinese, english) in enumerate(rows):
        x = 90 + column * 390
        pen.box(x, 190, x + 320, 520, fill=WHITE, line=BLUE, radius=24)
        pen.text(x + 160, 410, chinese, 56, bold=True, anchor="mm")
        pen.text(x + 160, 472, english, 28, GREY, anchor="mm")
    pen.text(640, 610, "用肥皂洗二十秒  ·  twenty seconds with soap", 38, BLUE, bold=True, anchor="mm")


def wash_moves(image, seconds):
    for column in range(3):
        lift = abs(math.sin(seconds * 2.4 + column))
        lay(image, BIG_DROP, 250 + column * 390, 300 - 40 * lift)
    draw = ImageDraw.Draw(image)
    draw.rectangle([140, 660, 140 + round(1000 * min(seconds / 10, 1)), 672], BLUE)


LAKE = landscape(1700, 720, 29)
DISTANCE = label("至少 30 米  ·  at least 30 m", 34, WHITE)
BUBBLE = ball(12, (190, 220, 246))
FLAME = drop(40, (240, 130, 30))
STEAM = ball(30, (205, 208, 210))
BIG_DROP = drop(110)

SCENES = [
    Scene(9.7, title, title_moves,
          zho="同学们好，这节课讲安全饮水：从水井到水杯，怎样让水保持干净。",
          pinyin="tong2 xue2 men5 hao3, zhe4 jie2 ke4 jiang3 an1 quan2 yin3 shui3. cong2 shui3 jing3 dao4 shui3 bei1, zen3 yang4 rang4 shui3 bao3 chi2 gan1 jing4.",
          eng="Welcome. In this lesson we follow water from the well to the cup, and learn how to keep it clean."),
    Scene(12.1, well, well_moves,
          zho="我们喝的水来自地下。水井和厕所之间至少要有三十米。井口要有盖子，牲口不能靠近。",
          pinyin="wo3 men5 he1 de5 shui3 lai2 zi4 di4 xia4. shui3 jing3 he2 ce4 suo3 zhi1 jian1 zhi4 shao3 yao4 you3 san1 shi2 mi3. jing3 kou3 yao4 you3 gai4 zi5, sheng1 kou3 bu4 neng2 kao4 jin4.",
          eng="Our water comes from under the ground. Keep at least thirty metres between a well and a latrine. Cover the well, and keep animals away."),
    Scene(11.9, boil, boil_moves,
          zho="喝水以前要烧开。水滚以后再烧一分钟，然后盖好盖子放凉。喝水要用干净的杯子。",
          pinyin="he1 shui3 yi3 qian2 yao4 shao1 kai1. shui3 gun3 yi3 hou4 zai4 shao1 yi4 fen1 zhong1, ran2 hou4 gai4 hao3 gai4 zi5 fang4 liang2. he1 shui3 yao4 yong4 gan1 jing4 de5 bei1 zi5.",
          eng="Boil water before you drink it. Give it one more minute at a full boil, then cover it and let it cool. Use a clean cup."),
    Scene(11.47, wash, wash_moves,
          zho="最后请记住洗手：饭前、便后、做饭以前。用肥皂，洗二十秒。谢谢大家，再见。",
          pinyin="zui4 hou4 qing3 ji4 zhu4 xi3 shou3. fan4 qian2, bian4 hou4, zuo4 fan4 yi3 qian2. yong4 fei2 zao4, xi3 er4 shi2 miao3. xie4 xie4 da4 jia1, zai4 jian4.",
          eng="And remember to wash your hands: before eating, after the toilet, before cooking. Twenty seconds, with soap. Goodbye."),
]

"""First steps with a computer, lesson 1: screen, mouse and keyboard."""

import math

from canvas import *

TINT = (88, 70, 150)


def title(pen):
    pen.box(0, 0, 1280, 720, fill=(52, 44, 96))
    pen.text(640, 250, "电脑入门", 110, WHITE, bold=True, anchor="mm")
    pen.text(640, 370, "First steps with a computer", 48, (214, 208, 240), anchor="mm")
    pen.text(640, 450, "第一课 · Lesson 1", 36, (180, 172, 220), anchor="mm")


def title_moves(image, seconds):
    for n in range(16):
        angle = n * math.pi / 8 + seconds * 0.5
        lay(image, DOT, 640 + 520 * math.cos(angle), 360 + 290 * math.sin(angle))


def parts(pen):
    pen.heading("电脑的各部分", "The parts of a computer", TINT)
    pen.box(330, 170, 850, 500, fill=(60, 64, 72), line=INK, radius=16)
    pen.box(352, 192, 828, 478, fill=(112, 164, 214))
    pen.box(550, 500, 630, 560, fill=(90, 94, 102))
    pen.box(270, 580, 800, 680, fill=(200, 204, 208), line=INK, radius=10)
    for row in range(3):
        for key in range(16):
            pen.box(284 + key * 32, 590 + row * 28, 310 + key * 32, 612 + row * 28, fill=WHITE)
    pen.oval(860, 590, 930, 684, fill=(200, 204, 208), line=INK)
    pen.box(950, 190, 1130, 520, fill=(90, 94, 102), line=INK, radius=12)


def parts_moves(image, seconds):
    for n, (x, y) in enumerate([(590, 330), (1040, 350), (535, 640), (1060, 640)]):
        if seconds > 1 + n * 2.2:
            lay(image, NAMES[n], x, y - 12 * ease(seconds, 1 + n * 2.2, 0.5))


def mouse(pen):
    pen.heading("使用鼠标", "Using the mouse", TINT)
    pen.box(80, 160, 1200, 560, fill=(226, 232, 240), line=GREY, radius=8)
    for n, (chinese, english) in enumerate([("文件", "Files"), ("图片", "Pictures"), ("课程", "Lessons")]):
        x = 220 + n * 380
        pen.box(x, 230, x + 100, 310, fill=(240, 196, 90), line=ORANGE, radius=10)
        pen.text(x + 50, 336, chinese, 34, bold=True, anchor="ma")
        pen.text(x + 50, 386, english, 24, GREY, anchor="ma")
    pen.text(640, 620, "单击选择  ·  双击打开  ·  拖动移动", 40, TINT, bold=True, anchor="mm")


def mouse_moves(image, seconds):
    stops = [(1000, 500), (270, 290), (650, 290), (1030, 290), (640, 480)]
    leg = min(int(seconds / 2.4), 3)
    share = ease(seconds - leg * 2.4, 0.4, 1.4)
    (x0, y0), (x1, y1) = stops[leg], stops[leg + 1]
    x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
    if share == 1 and leg < 3:
        ImageDraw.Draw(image).rounded_rectangle([x - 66, y - 76, x + 66, y + 40], 10, None, TINT, 5)
    lay(image, ARROW, x + 12, y + 18)


def typing(pen):
    pen.heading("打字练习", "Typing practice", TINT)
    pen.box(100, 180, 1180, 400, fill=WHITE, line=GREY, radius=8)
    for row, letters in enumerate(["QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"]):
        for n, letter in enumerate(letters):
            x, y = 250 + n * 80 + row * 36, 440 + row * 82
            pen.box(x, y, x + 70, y + 72, fill=(232, 232, 236), line=GREY, radius=8)
            pen.text(x + 35, y + 36, letter, 34, anchor="mm")


def typing_moves(image, seconds):
    words = "nihao  你好"
    typed = words[: int(max(seconds - 1, 0) * 1.6)]
    draw = ImageDraw.Draw(image)
    draw.text((140, 230), typed, INK, font(80))
    width = draw.textlength(typed, font(80))
    if int(seconds * 2) % 2 == 0:
        draw.rectangle([146 + width, 240, 152 + width, 340], TINT)


def arrow_paint(draw, scale):
    points = [(0, 0), (0, 40), (10, 31), (17, 47), (24, 44), (17, 28), (30, 28)]
    draw.polygon([(x * scale, y * scale) for x, y in points], INK, WHITE)


def tag(words):
    """Red words on a white plate, to lie on any ground."""
    name = label(words, 34, RED)
    plate = Image.new("RGBA", (name.width + 16, name.height + 12), (255, 255, 255, 235))
    plate.alpha_composite(name, (8, 2))
    return plate


DOT = ball(22, (166, 150, 236))
NAMES = [
    tag(words) for words in ("显示器 screen", "主机 case", "键盘 keyboard", "鼠标 mouse")
]
ARROW = sprite(32, 48, arrow_paint)

SCENES = [
    Scene(8.9, title, title_moves, zho="大家好，欢迎学习电脑入门。今天认识电脑，学会用鼠标和键盘。",
          pinyin="da4 jia1 hao3, huan1 ying2 xue2 xi2 dian4 nao3 ru4 men2. jin1 tian1 ren4 shi2 dian4 nao3, xue2 hui4 yong4 shu3 biao1 he2 jian4 pan2."),
    Scene(11.6, parts, parts_moves, zho="电脑有四个部分：显示器让我们看见图像，主机负责计算，键盘用来打字，鼠标用来指点。",
          pinyin="dian4 nao3 you3 si4 ge4 bu4 fen4. xian3 shi4 qi4 rang4 wo3 men5 kan4 jian4 tu2 xiang4, zhu3 ji1 fu4 ze2 ji4 suan4, jian4 pan2 yong4 lai2 da3 zi4, shu3 biao1 yong4 lai2 zhi3 dian3."),
    Scene(10.6, mouse, mouse_moves, zho="轻轻移动鼠标，箭头就跟着走。单击选择，双击打开，按住左键可以拖动。",
          pinyin="qing1 qing1 yi2 dong4 shu3 biao1, jian4 tou2 jiu4 gen1 zhe5 zou3. dan1 ji1 xuan3 ze2, shuang1 ji1 da3 kai1, an4 zhu4 zuo3 jian4 ke3 yi3 tuo1 dong4."),
    Scene(11.6, typing, typing_moves, zho="现在来打字。先打拼音，你，好，再按空格键，屏幕上就出现汉字。请大家多练习。再见。",
          pinyin="xian4 zai4 lai2 da3 zi4. xian1 da3 pin1 yin1, ni3, hao3, zai4 an4 kong4 ge2 jian4, ping2 mu4 shang4 jiu4 chu1 xian4 han4 zi4. qing3 da4 jia1 duo1 lian4 xi2. zai4 jian4."),
]

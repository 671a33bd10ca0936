"""Lessons that are only heard: a story for reading aloud, and English for listening."""

from canvas import Scene


def unseen(_pen):
    """There is no picture."""


STORY = [
    Scene(10.3, unseen, zho="故事时间。今天的故事叫做：山坡上的小树。",
          pinyin="gu4 shi4 shi2 jian1. jin1 tian1 de5 gu4 shi4 jiao4 zuo4. shan1 po1 shang4 de5 xiao3 shu4."),
    Scene(14.6, unseen, zho="春天，学校门口种了一棵小树。小明每天早上给它浇一杯水。别的同学笑他：这么小的树，什么时候才能长大呢？",
          pinyin="chun1 tian1, xue2 xiao4 men2 kou3 zhong4 le5 yi4 ke1 xiao3 shu4. xiao3 ming2 mei3 tian1 zao3 shang5 gei3 ta1 jiao1 yi4 bei1 shui3. bie2 de5 tong2 xue2 xiao4 ta1. zhe4 me5 xiao3 de5 shu4, shen2 me5 shi2 hou5 cai2 neng2 zhang3 da4 ne5?"),
    Scene(15.9, unseen, zho="一年，两年，三年过去了。小树长得比窗户还高。夏天，大家都坐在树下读书。小明说：每天一点点，就能长大。故事讲完了，再见。",
          pinyin="yi1 nian2, liang3 nian2, san1 nian2 guo4 qu4 le5. xiao3 shu4 zhang3 de5 bi3 chuang1 hu4 hai2 gao1. xia4 tian1, da4 jia1 dou1 zuo4 zai4 shu4 xia4 du2 shu1. xiao3 ming2 shuo1. mei3 tian1 yi4 dian3 dian3, jiu4 neng2 zhang3 da4. gu4 shi4 jiang3 wan2 le5, zai4 jian4."),
]

ENGLISH = [
    Scene(9.0, unseen, eng="English for grade four. Listen and repeat. Good morning, teacher. Good morning, class."),
    Scene(10.5, unseen, eng="What is this? This is a tomato. How many tomatoes are there? There are seven tomatoes in the basket."),
    Scene(12.2, unseen, eng="Now answer me. Where do tomatoes grow? They grow in the greenhouse. Very good. See you in the next lesson."),
]

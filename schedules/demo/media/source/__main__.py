"""Writes the frames or the speech of one lesson.

    python3 source frames LESSON RATE          raw RGB frames of 1280x720 on standard output
    python3 source speech LESSON LANGUAGE OUT  a WAV file, mono, 22,050 Hz
"""

import subprocess
import sys
import tempfile
import wave
from fractions import Fraction

import numpy

import cards
import canvas
import computer
import listening
import mathematics
import vegetables
import water

LESSONS = {
    "vegetables-1": vegetables.SCENES,
    "water-1": water.SCENES,
    "computer-1": computer.SCENES,
    "maths-4-1": mathematics.FRACTIONS,
    "maths-4-2": mathematics.AREA,
    "story-1": listening.STORY,
    "english-4-1": listening.ENGLISH,
    "filler-h264": cards.FILLER,
    "filler-mpeg2": cards.SHORT_FILLER,
    "slate-h264": cards.SLATE,
    "slate-mpeg2": cards.SLATE,
}
VOICES = {"zho": ("cmn-latn-pinyin+f2", "168"), "eng": ("en-gb+m3", "155")}
SAMPLE_RATE = 22_050


def spoken(words, language):
    """The samples of one passage."""
    voice, speed = VOICES[language]
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", voice, "-s", speed, "-w", file.name, words], check=True)
        with wave.open(file.name) as sound:
            assert sound.getframerate() == SAMPLE_RATE
            return numpy.frombuffer(sound.readframes(sound.getnframes()), "<i2")


def speech(scenes, language):
    """The voice of a lesson: each passage begins half a second into its scene."""
    total = sum(scene.seconds for scene in scenes)
    track = numpy.zeros(round(total * SAMPLE_RATE), "<i2")
    begin = 0.0
    for number, scene in enumerate(scenes):
        words = scene.pinyin if language == "zho" else scene.eng
        if words:
            samples = spoken(words, language)
            room = scene.seconds - 0.5
            if len(samples) > room * SAMPLE_RATE:
                sys.exit(f"scene {number + 1}: {len(samples) / SAMPLE_RATE:.1f} s of speech in {room:.1f} s")
            first = round((begin + 0.5) * SAMPLE_RATE)
            track[first : first + len(samples)] = samples
        begin += scene.seconds
    return track


def main():
    task, lesson = sys.argv[1:3]
    scenes = LESSONS[lesson]
    if task == "frames":
        for image in canvas.frames(scenes, Fraction(sys.argv[3])):
            sys.stdout.buffer.write(image.tobytes())
    else:
        language, path = sys.argv[3:5]
        with wave.open(path, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(SAMPLE_RATE)
            sound.writeframes(speech(scenes, language).tobytes())


if __name__ == "__main__":
    main()

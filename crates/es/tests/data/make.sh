#!/bin/sh
# Makes the streams of this folder, and beside each the packets that ffprobe finds in it.
set -eu
cd "$(dirname "$0")"
encode() { ffmpeg -v error -y -f lavfi -i "$@"; }
pictures=testsrc2=s=128x96:r=25:d=1
tone=sine=f=440:d=0.3:r=48000

encode $pictures -frames:v 14 -pix_fmt yuv420p -c:v libx264 -crf 45 -x264-params \
    aud=1:slices=2:keyint=6:min-keyint=6:scenecut=0:bframes=2:b-adapt=0:open-gop=1:nal-hrd=vbr:vbv-maxrate=500:vbv-bufsize=250:info=0 \
    -f h264 open-gop.264
encode $pictures -frames:v 14 -pix_fmt yuv420p -c:v libx265 -crf 45 -x265-params \
    aud=1:slices=2:keyint=6:min-keyint=6:scenecut=0:bframes=2:b-adapt=0:open-gop=1:repeat-headers=1:info=0:hrd=1:vbv-maxrate=500:vbv-bufsize=250:level-idc=3:log-level=none \
    -f hevc open-gop.265
encode $pictures -frames:v 14 -c:v mpeg2video -q:v 31 -g 6 -bf 2 -b_strategy 0 -aspect 16:9 -f mpeg2video open-gop.m2v
encode $pictures -frames:v 14 -c:v mpeg2video -q:v 31 -g 6 -bf 0 -flags +ilme+ildct+cgop -sc_threshold 1000000000 \
    -f mpeg2video closed-gop.m2v
encode $tone -ac 2 -c:a aac -b:a 32k -f adts stereo.aac
encode $tone -ac 2 -c:a aac -b:a 32k -f latm stereo.latm
encode $tone -ac 2 -c:a mp2 -b:a 64k stereo.mp2
encode $tone -ac 1 -ar 22050 -c:a mp2 -b:a 32k half-rate.mp2
encode $tone -ac 1 -ar 44100 -c:a libmp3lame -b:a 32k -write_xing 0 -id3v2_version 0 mono.mp3
encode $tone -ac 2 -ar 44100 -c:a ac3 -b:a 96k stereo.ac3
encode $tone -ac 6 -c:a eac3 -b:a 96k surround.eac3

for stream in *.264 *.265 *.m2v *.aac *.latm *.mp? *.ac3 *.eac3; do
    ffprobe -v error -show_entries packet=size,flags -of csv=p=0 "$stream" | cut -d, -f1,2 | grep , >"$stream.packets"
done

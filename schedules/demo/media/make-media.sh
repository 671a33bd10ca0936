#!/usr/bin/env bash
# Remakes every clip in this folder: draws the slides, speaks the words, encodes, checks.
# Needs Debian's ffmpeg, espeak-ng, sox, python3-pil, python3-numpy and fonts-noto-cjk.
#   ./make-media.sh             all clips
#   ./make-media.sh water-1     the named clips
set -euo pipefail
cd "$(dirname "$0")"
exec </dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=/usr/bin/python3
loudness="loudnorm=I=-23:TP=-3,aresample=48000"
common=(-hide_banner -loglevel error -y -fflags +bitexact -threads 2)

frames() { $python source frames "$1" "$2"; }
speech() { $python source speech "$1" "$2" "$work/$2.wav"; }

# Pictures of a lesson, drawn once into a lossless file, since both passes read them.
pictures() {
    local lesson=$1 rate=$2 filter=$3
    frames "$lesson" "$rate" | ffmpeg "${common[@]}" -f rawvideo -pix_fmt rgb24 \
        -s 1280x720 -r "$rate" -i - -vf "$filter,format=yuv420p" -c:v ffv1 "$work/pictures.mkv"
}

# A tune of plucked strings, as long as asked.
music() {
    local seconds=$1 number=0 note parts=()
    for note in C4 E4 G4 C5 A3 C4 E4 A4 F3 A3 C4 F4 G3 B3 D4 G4; do
        parts+=("$work/note$number.wav")
        sox -R -n -r 48000 -c 2 -b 16 "$work/note$number.wav" synth 0.42 pluck "$note" gain -6 fade t 0 0.42 0.04
        number=$((number + 1))
    done
    sox -R "${parts[@]}" "$work/tune.wav"
    sox -R "$work/tune.wav" "$work/music.wav" repeat 3 reverb 30 trim 0 "$seconds" fade t 0.2 "$seconds" 1
}

silence() { sox -R -n -r 48000 -c 2 -b 16 "$work/silence.wav" trim 0 "$1"; }

# Broadcast-ready H.264: High profile, closed groups of at most a second, delimiters, HRD parameters.
h264() {
    local out=$1 rate_kbps=$2 keyint=$3
    shift 3
    local x264="keyint=$keyint:min-keyint=$keyint:scenecut=0:open-gop=0:bframes=2:aud=1:nal-hrd=vbr"
    x264+=":vbv-maxrate=1100:vbv-bufsize=1100:stats=$work/x264.log"
    local video=(-c:v libx264 -profile:v high -preset slow -b:v "${rate_kbps}k" -flags:v +bitexact)
    ffmpeg "${common[@]}" -i "$work/pictures.mkv" -an "${video[@]}" -x264-params "$x264:pass=1" -f null -
    ffmpeg "${common[@]}" -i "$work/pictures.mkv" "${sound[@]}" -map 0:v "${sound_maps[@]}" \
        "${video[@]}" -x264-params "$x264:pass=2" \
        -af "$loudness" -c:a aac -profile:a aac_low -ac 2 -flags:a +bitexact "$@" -f mpegts "$out.ts"
}

# MPEG-2 video, Main profile at Main level, closed groups of the given length; two passes when a rate is given, else
# one at a fixed quantiser, for a still picture.
mpeg2() {
    local out=$1 rate_kbps=$2 gop=$3 flags=$4
    shift 4
    local video=(-c:v mpeg2video -g "$gop" -bf 2 -flags:v "+cgop+bitexact$flags" -sc_threshold 1000000000)
    if [ "$rate_kbps" = still ]; then
        video+=(-q:v 10 -maxrate 2000k -bufsize 1835k)
    else
        video+=(-b:v "${rate_kbps}k" -maxrate 2000k -bufsize 1835k -passlogfile "$work/mpeg2")
        ffmpeg "${common[@]}" -i "$work/pictures.mkv" -an "${video[@]}" -pass 1 -f null -
        video+=(-pass 2)
    fi
    ffmpeg "${common[@]}" -i "$work/pictures.mkv" "${sound[@]}" -map 0:v "${sound_maps[@]}" \
        "${video[@]}" -af "$loudness" -c:a mp2 -ac 2 "$@" -f mpegts "$out.ts"
}

voice() { # sound of the lesson $1 in the languages $2...
    local lesson=$1 language number=0
    shift
    sound=() sound_maps=()
    for language in "$@"; do
        speech "$lesson" "$language"
        sound+=(-i "$work/$language.wav")
        sound_maps+=(-map "$((number + 1)):a" "-metadata:s:a:$number" "language=$language")
        number=$((number + 1))
    done
}

wav() { # sound from a file made before
    sound=(-i "$1")
    sound_maps=(-map 1:a -metadata:s:a:0 language=zho)
}

sound_only() {
    local out=$1 file=$2 language=$3
    shift 3
    ffmpeg "${common[@]}" -i "$file" -map 0:a -metadata:s:a:0 "language=$language" -af "$loudness" -c:a mp2 "$@" -f mpegts "$out.ts"
}

sd="scale=720:576:flags=lanczos,setsar=64/45"
interlaced="$sd,tinterlace=mode=interleave_top:flags=vlpf,setfield=tff"

make() {
    echo "making $1"
    case $1 in
    vegetables-1) pictures "$1" 25 "$sd"; voice "$1" zho; h264 "$1" 200 25 -b:a 56k ;;
    water-1) pictures "$1" 25 setsar=1; voice "$1" zho eng; h264 "$1" 185 25 -b:a 48k ;;
    computer-1) pictures "$1" 30000/1001 setsar=1; voice "$1" zho; h264 "$1" 190 29 -b:a 56k ;;
    maths-4-1) pictures "$1" 50 "$interlaced"; voice "$1" zho; mpeg2 "$1" 320 12 +ilme+ildct -top 1 -b:a 128k ;;
    maths-4-2) pictures "$1" 25 "$sd"; voice "$1" zho; mpeg2 "$1" 300 24 "" -b:a 128k ;;
    story-1) speech "$1" zho; sound_only "$1" "$work/zho.wav" zho -ac 2 -b:a 112k ;;
    english-4-1) speech "$1" eng; sound_only "$1" "$work/eng.wav" eng -ac 1 -b:a 64k ;;
    filler-h264) pictures "$1" 25 setsar=1; music 12.36; wav "$work/music.wav"; h264 "$1" 130 25 -b:a 64k ;;
    filler-mpeg2) pictures "$1" 25 "$sd"; music 8.2; wav "$work/music.wav"; mpeg2 "$1" 220 24 "" -b:a 128k ;;
    filler-audio) music 15.07; sound_only "$1" "$work/music.wav" zho -ac 2 -b:a 128k ;;
    slate-h264) pictures "$1" 25 setsar=1; silence 2.4; wav "$work/silence.wav"; loudness=anull h264 "$1" 100 25 -b:a 48k ;;
    slate-mpeg2) pictures "$1" 25 "$sd"; silence 2.4; wav "$work/silence.wav"; loudness=anull mpeg2 "$1" still 24 "" -b:a 128k ;;
    slate-audio) silence 2.4; loudness=anull sound_only "$1" "$work/silence.wav" zho -ac 2 -b:a 64k ;;
    *) echo "no clip is named $1" >&2; exit 2 ;;
    esac
    ffmpeg -hide_banner -v error -xerror -i "$1.ts" -map 0 -f null -
}

clips=("$@")
[ $# -gt 0 ] || clips=(vegetables-1 water-1 computer-1 maths-4-1 maths-4-2 story-1 english-4-1
    filler-h264 filler-mpeg2 filler-audio slate-h264 slate-mpeg2 slate-audio)
for clip in "${clips[@]}"; do make "$clip"; done
du -bc ./*.ts

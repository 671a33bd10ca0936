//! Elementary streams: access units and headers of video and audio codecs.

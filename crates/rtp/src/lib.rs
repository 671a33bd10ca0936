//! RTP for MPEG-2 transport streams and SMPTE ST 2022-1 FEC flows.

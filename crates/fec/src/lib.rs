//! Forward error correction: bytes in, repair bytes out.

//! tstd

//! pes

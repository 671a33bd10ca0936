//! psi

//! The programs headend and headend-site.

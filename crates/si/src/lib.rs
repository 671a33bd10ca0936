//! EN 300 468 service information: tables, descriptors, text.

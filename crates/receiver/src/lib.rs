//! Datagrams to repaired packets, files and reports at a receiving site.

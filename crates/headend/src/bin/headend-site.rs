//! The receiving site.

fn main() {}

//! Rundown and asset pages to the datagrams of superframe k.

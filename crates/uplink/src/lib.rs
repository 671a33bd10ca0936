//! Paced sending of datagrams at absolute times.

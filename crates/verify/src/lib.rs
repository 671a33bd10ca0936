//! TR 101 290, T-STD and schedule checks on a finished stream.

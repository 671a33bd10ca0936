//! Bundles of files in DSM-CC carousels.

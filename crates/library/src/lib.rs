//! Assets on disk: ingest, index, catalogue, pages.

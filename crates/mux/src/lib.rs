//! Delivery curves and the merge that fills one superframe.

//! Timetable and catalogue to absolute time: what is on each service and in each carousel.

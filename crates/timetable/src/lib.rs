//! The teaching timetable: TOML text to checked, civil-time schedule.

//! Dividing entries over sections.

use super::TableError;
use crate::section::Section;
use ts::section::LongHeader;

/// Groups entries in their order so that no group exceeds `room` bytes and each is as full as that
/// allows. There is at least one group. Each entry comes with the number that names it in an error.
pub(super) fn divide(
    table_id: u8,
    entries: Vec<(u16, Vec<u8>)>,
    room: usize,
) -> Result<Vec<Vec<u8>>, TableError> {
    let mut groups = vec![Vec::new()];
    let mut used = 0;
    for (entry, bytes) in entries {
        let size = bytes.len();
        if size > room {
            return Err(TableError::EntryTooLong { table_id, entry, size, limit: room });
        }
        if used + size > room {
            groups.push(Vec::new());
            used = 0;
        }
        used += size;
        if let Some(group) = groups.last_mut() {
            group.extend_from_slice(&bytes);
        }
    }
    Ok(groups)
}

/// The sections of these bodies, numbered from 0 to the last.
pub(super) fn number(header: LongHeader, bodies: &[Vec<u8>]) -> Result<Vec<Section>, TableError> {
    let sections = bodies.len();
    let too_many = TableError::TooManySections { table_id: header.table_id, sections };
    let last_number = u8::try_from(sections.saturating_sub(1)).map_err(|_| too_many)?;
    let numbered = (0..=last_number).zip(bodies).map(|(number, body)| {
        Ok(Section::long(&LongHeader { number, last_number, ..header }, body)?)
    });
    numbered.collect()
}

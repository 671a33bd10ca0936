//! Conditional access.

use super::{Descriptor, FieldError};
use crate::reader::Reader;
use ts::Pid;

/// CA_descriptor (ISO/IEC 13818-1 clause 2.6.16).
///
/// ```text
/// CA_system_ID 16 | 111 | CA_PID 13 | private
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ca {
    /// The conditional access system.
    pub system_id: u16,
    /// PID of its messages: EMM in the CAT, ECM in the PMT.
    pub pid: Pid,
    /// Bytes that the system defines.
    pub private: Vec<u8>,
}

impl Descriptor for Ca {
    const TAG: u8 = 0x09;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.system_id.to_be_bytes());
        out.extend_from_slice(&(0xe000 | self.pid.value()).to_be_bytes());
        out.extend_from_slice(&self.private);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<Ca, FieldError> {
        let mut reader = Reader::new(body);
        let system_id = reader.u16()?;
        let [high, low] = reader.array()?;
        let pid = Pid::from_wire(high, low);
        Ok(Ca { system_id, pid, private: reader.rest().to_vec() })
    }
}

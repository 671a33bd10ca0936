//! Sending an object: symbols in, packets out, with nothing remembered.

use super::oti::{Oti, OtiError, PayloadId};
use super::packet::Packet;
use crate::fountain_schedule::Symbol;

/// Symbols of a source block of an FDT instance.
const FDT_BLOCK_SYMBOLS: u32 = 64;

/// An object that a session sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    tsi: u32,
    toi: u32,
    oti: Oti,
    fdt_instance: Option<u32>,
}

impl Transfer {
    /// The object of an FDT instance, whose XML has `length` bytes and the id that
    /// [`FdtInstance::id_of`](super::FdtInstance::id_of) gives.
    ///
    /// # Errors
    /// [`OtiError`] when it cannot be cut so.
    pub fn fdt(tsi: u32, id: u32, length: u64, symbol_size: u16) -> Result<Transfer, OtiError> {
        let oti = Oti::no_code(length, symbol_size, FDT_BLOCK_SYMBOLS)?;
        Ok(Transfer { tsi, toi: 0, oti, fdt_instance: Some(id) })
    }

    /// The object of a file; `toi` is not zero.
    pub fn file(tsi: u32, toi: u32, oti: Oti) -> Transfer {
        Transfer { tsi, toi, oti, fdt_instance: None }
    }

    /// How the object is cut.
    pub fn oti(&self) -> &Oti {
        &self.oti
    }

    /// Where a symbol of a superframe belongs; `None` when the object has no such symbol.
    pub fn payload_id(&self, symbol: Symbol) -> Option<PayloadId> {
        match symbol {
            Symbol::Source { block } => self.oti.payload_id(block),
            Symbol::Repair(repair) => {
                let source_block = u16::from(repair.source_block);
                Some(PayloadId { source_block, id: repair.id })
            }
        }
    }

    /// Appends the packet of a symbol to `out`. Every packet tells how the object is cut, so that a
    /// receiver may begin with any of them.
    pub fn append(&self, payload: PayloadId, symbol: &[u8], out: &mut Vec<u8>) {
        let packet = Packet {
            tsi: u64::from(self.tsi),
            toi: u128::from(self.toi),
            close_session: false,
            close_object: false,
            encoding_id: self.oti.encoding_id(),
            fdt_instance: self.fdt_instance,
            oti: Some(self.oti),
            is_compressed: false,
            payload,
            symbol,
        };
        packet.append(out);
    }
}
